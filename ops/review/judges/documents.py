"""IAM policies: who may do what, statement by statement."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ops.review.changes import Change
from ops.review.judges.attributes import read_json
from ops.review.judges.kinds import Aspect, is_open, unclear, verdict, when_changed
from ops.review.values import is_nothing, mapping
from ops.review.verdicts import Effect, Verdict
from ops.review.words import listed, shown
from policies.documents import Statement
from policies.values import as_list, blocks

Statements = Mapping[str, Mapping[str, Any]]


def policy(path: str, what: str = "policy") -> Aspect:
    """A policy document: what it loses, what it gains, and which statements read otherwise."""

    def judge(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
        old, new = read_json(before), read_json(after)
        if is_nothing(new) and not is_nothing(old):
            yield verdict(change, Effect.WEAKENED, path, f"loses its {what}", old=_named(old), new="none")
        elif is_nothing(old):
            yield from _first(change, path, what, new)
        elif is_open(old, new) or not _is_document(old) or not _is_document(new):
            yield unclear(change, path, f"has another {what}", before, after)
        else:
            yield from _differences(change, path, what, statements(old), statements(new))

    return when_changed(path, judge)


def _first(change: Change, path: str, what: str, new: Any) -> Iterator[Verdict]:
    if is_open(new):
        yield unclear(change, path, f"gets a {what}", None, new)
    else:
        yield verdict(change, Effect.STRENGTHENED, path, f"gets a {what}", old="none", new=_named(new))


def _is_document(value: Any) -> bool:
    return isinstance(value, Mapping) and "Statement" in value


def _named(document: Any) -> str:
    return listed(statements(document)) if _is_document(document) else shown(document)


def statements(document: Any) -> Statements:
    """The statements by Sid, or by what they say."""
    found = blocks(mapping(document).get("Statement"))
    return {str(one.get("Sid") or in_words(one)): one for one in found}


def _differences(change: Change, path: str, what: str, old: Statements, new: Statements) -> Iterator[Verdict]:
    for name in sorted(old.keys() - new.keys()):
        yield _one_sided(change, path, what, old[name], gone=True)
    for name in sorted(new.keys() - old.keys()):
        yield _one_sided(change, path, what, new[name], gone=False)
    for name in sorted(old.keys() & new.keys()):
        before, after = (_parts(side[name]) for side in (old, new))
        for part in sorted({*before, *after}):
            if before.get(part) != after.get(part):
                item, text = f"{part} of statement {name}", f"says otherwise in its {what}"
                yield unclear(change, path, text, old[name].get(part), new[name].get(part), item=item)


def _one_sided(change: Change, path: str, what: str, one: Mapping[str, Any], *, gone: bool) -> Verdict:
    """A statement that only one side has. Whoever opens to everybody protects less, not more."""
    statement = Statement(one)
    opens = statement.effect == "Allow" and statement.is_for_everybody and not statement.conditions
    effect = Effect.WEAKENED if gone != opens else Effect.STRENGTHENED
    text = f"{'no longer' if gone else 'now'} says in its {what}"
    name = shown(one.get("Sid") or "a statement")
    old, new = (name, "none") if gone else ("none", name)
    return verdict(change, effect, path, text, item=in_words(one), old=old, new=new)


def in_words(statement: Mapping[str, Any]) -> str:
    """A statement on one line, such as ``Allow cloudwatch.amazonaws.com sns:Publish``."""
    actions = [str(one) for one in as_list(statement.get("Action") or statement.get("NotAction"))]
    parts = (str(statement.get("Effect")), _principal(statement.get("Principal")), listed(actions, 3))
    conditions = ", ".join(sorted(mapping(statement.get("Condition"))))
    return " ".join(filter(None, parts)) + (f" if {conditions}" if conditions else "")


def _principal(value: Any) -> str:
    if isinstance(value, Mapping):
        return listed((str(one) for item in value.values() for one in as_list(item)), 3)
    return "everybody" if value == "*" else shown(value) if value else ""


def _parts(statement: Mapping[str, Any]) -> dict[str, str]:
    """The parts in one spelling: IAM does not tell a value from a list of one, or one order from another."""
    return {name: _canonical(value) for name, value in statement.items() if name != "Sid"}


def _canonical(value: Any) -> str:
    if isinstance(value, Mapping):
        return json.dumps({str(key): _canonical(item) for key, item in value.items()}, sort_keys=True)
    return json.dumps(sorted(json.dumps(item, default=repr) for item in as_list(value)))
