"""IAM policies: who may do what, statement by statement, and what must stay denied."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from modules.resources.documents import Statement
from modules.terraform.values import as_list, as_map, as_number, blocks, is_nothing
from ops.review.judges.kinds import Aspect, is_open, read_json, unclear, verdict, weaker_if, when_changed
from ops.review.plans import Change
from ops.review.values import listed, shown
from ops.review.verdicts import Effect, Verdict

# Whoever is denied one of these writes, carries or hears nothing more. A topic, a queue or a key only
# knows the actions of its own service.
_CARRIES = (
    "cloudwatch:putmetricdata",
    "events:putevents",
    "firehose:putrecord",
    "firehose:putrecordbatch",
    "kms:decrypt",
    "kms:encrypt",
    "kms:generatedatakey",
    "lambda:invokefunction",
    "lambda:invokefunctionurl",
    "logs:createlogstream",
    "logs:putlogevents",
    "sns:publish",
    "sqs:receivemessage",
    "sqs:sendmessage",
    "xray:puttracesegments",
)
_OF_SERVICE = {"sns": "sns:", "sqs": "sqs:", "kms": "kms:", "cloudwatch": "logs:", "iam": ""}
_TRUST = {"aws_iam_role": ("sts:assumerole",)}

# Nothing that watches or tells has to destroy, so to deny that is to protect.
_DESTROYS = re.compile(
    r"(?:cloudwatch|events|logs|s3|scheduler|sns|synthetics):delete.*"
    r"|cloudwatch:disablealarmactions|events:disablerule|sns:unsubscribe"
    r"|kms:(?:schedulekeydeletion|disablekey)|sqs:(?:deletequeue|purgequeue)"
)
_OLDEST_TLS = 1.3


def coming(statement: Statement, kind: str) -> Effect:
    """What it does that such a statement comes; that it goes does the opposite."""
    if _asks_for_tls(statement) or _protects(statement):
        return Effect.STRENGTHENED
    stops = not statement.conditions and not _spares_services(statement)
    return Effect.WEAKENED if stops and _stopped(statement, kind) else Effect.UNCLEAR


def _asks_for_tls(statement: Statement) -> bool:
    """Whether it denies only what does not come by TLS, or by one too old."""
    plain = [
        str(value).lower()
        for operator in ("Bool", "BoolIfExists")
        for value in statement.values_of(operator, "aws:securetransport")
    ]
    if plain:
        return set(plain) == {"false"}
    oldest = [as_number(one) for one in statement.values_of("NumericLessThan", "s3:tlsversion")]
    return bool(oldest) and all(one is not None and one <= _OLDEST_TLS for one in oldest)


def _protects(statement: Statement) -> bool:
    return bool(statement.actions) and all(map(_DESTROYS.fullmatch, statement.actions))


def _spares_services(statement: Statement) -> bool:
    """Whether it denies to all but some, among whom may be those that count."""
    spared = statement.values.get("NotPrincipal")
    return spared is not None and (not isinstance(spared, dict) or "Service" in spared)


def _stopped(statement: Statement, kind: str) -> bool:
    return any(map(statement.denies, _carried(kind)))


def _carried(kind: str) -> Iterator[str]:
    if kind in _TRUST:
        yield from _TRUST[kind]
        return
    service = _OF_SERVICE.get(kind.split("_")[1])
    yield from (one for one in _CARRIES if service is not None and one.startswith(service))


Statements = tuple[Mapping[str, Any], ...]
Key = tuple[str, str]

# What it does that a statement goes, by what it does that it comes.
_GOING = {
    Effect.WEAKENED: Effect.STRENGTHENED,
    Effect.STRENGTHENED: Effect.WEAKENED,
    Effect.UNCLEAR: Effect.UNCLEAR,
}


def policy(path: str, what: str = "policy") -> Aspect:
    """A policy document: what it loses, what it gains, and which statements read otherwise."""

    def judge(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
        old, new = read_json(before), read_json(after)
        if is_nothing(new) and not is_nothing(old):
            yield verdict(change, Effect.WEAKENED, path, f"loses its {what}", old=_named(old), new="none")
            yield from _against(change, path, what, old, gone=True)
        elif is_nothing(old):
            yield from _first(change, path, what, new)
        elif is_open(old, new) or not _is_document(old) or not _is_document(new):
            yield unclear(change, path, f"has another {what}", before, after)
        else:
            yield from _differences(change, path, what, old, new)

    return when_changed(path, judge)


def _first(change: Change, path: str, what: str, new: Any) -> Iterator[Verdict]:
    if is_open(new):
        yield unclear(change, path, f"gets a {what}", None, new)
    else:
        yield verdict(change, Effect.STRENGTHENED, path, f"gets a {what}", old="none", new=_named(new))
        yield from _against(change, path, what, new, gone=False)


def _against(change: Change, path: str, what: str, document: Any, *, gone: bool) -> Iterator[Verdict]:
    """The statements of a whole policy that do harm, for to have a policy is not always better."""
    for one in statements(document) if _is_document(document) else ():
        if _coming(Statement(one), change.type) is Effect.WEAKENED:
            yield _one_sided(change, path, what, one, gone=gone)


def _is_document(value: Any) -> bool:
    """Whether it has statements, and nothing else among them."""
    if not isinstance(value, Mapping) or "Statement" not in value:
        return False
    return all(isinstance(one, dict) for one in as_list(value["Statement"]))


def _named(document: Any) -> str:
    return listed(map(_name, statements(document))) if _is_document(document) else shown(document)


def statements(document: Any) -> Statements:
    """The statements in the order of the document."""
    return blocks(as_map(document).get("Statement"))


def _differences(change: Change, path: str, what: str, before: Any, after: Any) -> Iterator[Verdict]:
    """The statements that only one side has, paired where they have the same name and the same purpose."""
    old, new = statements(before), statements(after)
    gone, come = (_by_name(_left(*pair), change.type) for pair in ((old, new), (new, old)))
    for key in sorted({*gone, *come}):
        ours, theirs = gone.get(key, []), come.get(key, [])
        for pair in zip(ours, theirs, strict=False):
            yield from _otherwise(change, path, what, *pair)
        yield from (_one_sided(change, path, what, one, gone=True) for one in ours[len(theirs) :])
        yield from (_one_sided(change, path, what, one, gone=False) for one in theirs[len(ours) :])
    for part in sorted({*before, *after} - {"Statement", "Id"}):
        if before.get(part) != after.get(part):
            yield unclear(change, path, f"has another {what}", before.get(part), after.get(part), item=part)


def _left(ours: Statements, theirs: Statements) -> Statements:
    """What is left of ours without theirs; what stands there twice has to be there twice."""
    there, left = Counter(map(_canonical, theirs)), []
    for one in ours:
        there[_canonical(one)] -= 1
        left += [one] if there[_canonical(one)] < 0 else []
    return tuple(left)


def _by_name(found: Statements, kind: str) -> Mapping[Key, list[Mapping[str, Any]]]:
    """By what their coming does, and by Sid, or else by what they say."""
    named: dict[Key, list[Mapping[str, Any]]] = {}
    for one in sorted(found, key=_canonical):
        statement = Statement(one)
        purpose = str(statement.effect) + (coming(statement, kind) if statement.effect == "Deny" else "")
        named.setdefault((purpose, _name(one)), []).append(one)
    return named


def _name(statement: Mapping[str, Any]) -> str:
    return str(statement.get("Sid") or in_words(statement))


def _otherwise(
    change: Change, path: str, what: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Verdict]:
    """One statement that says something else than before."""
    before, after = _parts(old), _parts(new)
    for part in sorted({*before, *after}):
        if before.get(part) != after.get(part):
            item, text = f"{part} of statement {_name(old)}", f"says otherwise in its {what}"
            yield unclear(change, path, text, old.get(part), new.get(part), item=item)


def _one_sided(change: Change, path: str, what: str, one: Mapping[str, Any], *, gone: bool) -> Verdict:
    """A statement that only one side has."""
    effect = _coming(Statement(one), change.type)
    text = f"{'no longer' if gone else 'now'} says in its {what}"
    name = shown(one.get("Sid") or "a statement")
    old, new = (name, "none") if gone else ("none", name)
    words = in_words(one) if one.get("Sid") else f"{in_words(one)}{_resources(one)}"
    return verdict(change, _GOING[effect] if gone else effect, path, text, item=words, old=old, new=new)


def _coming(statement: Statement, kind: str) -> Effect:
    """What it does that it comes. Whoever opens to everybody protects less, not more."""
    if statement.effect == "Deny":
        return coming(statement, kind)
    opens = statement.effect == "Allow" and statement.is_for_everybody and not statement.conditions
    return weaker_if(opens)


def in_words(statement: Mapping[str, Any]) -> str:
    """A statement on one line, such as ``Allow cloudwatch.amazonaws.com sns:Publish``."""
    effect = str(statement.get("Effect"))
    parts = (effect, _either(statement, "Principal", _principal), _either(statement, "Action", _listed))
    conditions = ", ".join(sorted(as_map(statement.get("Condition"))))
    return " ".join(filter(None, parts)) + (f" if {conditions}" if conditions else "")


def _either(statement: Mapping[str, Any], part: str, words: Callable[[Any], str]) -> str:
    """What a part names, or what it leaves out."""
    left_out = statement.get(f"Not{part}")
    return f"all but {words(left_out)}" if left_out else words(statement.get(part))


def _listed(value: Any) -> str:
    return listed(map(str, as_list(value)), 3)


def _resources(statement: Mapping[str, Any]) -> str:
    """Where two statements may say the same but for that."""
    found = _either(statement, "Resource", _listed)
    return f" on {found}" if found else ""


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
