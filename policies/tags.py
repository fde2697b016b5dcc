"""What can be tagged says whose it is and what it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from modules import facts
from modules.resources.breaches import Breach
from modules.resources.views import Resource
from modules.semantics.globs import matches
from modules.terraform.values import is_open
from policies.context import Context
from policies.engine import rule
from policies.findings import Level

_FIX = "set tags.values in config/"


@rule("MON-TAG-001", level=Level.ERROR, why="What nobody owns, nobody pays for, repairs or removes.")
def required_tags_are_there(resource: Resource, context: Context) -> Iterator[Breach]:
    """Everything that takes tags has the required ones, with a value."""
    if not _is_judged(resource):
        return
    for key in context.required_tags:
        if resource.effective_tags.get(key) in (None, ""):
            yield resource.finding(found=f"no tag {key}", wanted=f"a value for {key}", fix=_FIX)


@rule(
    "MON-TAG-002", level=Level.ERROR, why="Costs and access are sorted by these values; a variant falls out."
)
def required_tags_have_allowed_values(resource: Resource, context: Context) -> Iterator[Breach]:
    """A required tag has one of its allowed values."""
    if not _is_judged(resource):
        return
    for key, allowed in context.required_tags.items():
        value = resource.effective_tags.get(key)
        if value not in (None, "") and allowed and not _is_allowed(value, allowed):
            fix = f"{_FIX}, or allow it in tags.required"
            yield resource.finding(found=f"{key} = {value}", wanted=allowed, fix=fix)


@rule("MON-TAG-003", level=Level.ERROR, why="AWS refuses such a tag, in the midst of a deployment.")
def tags_are_legal(resource: Resource) -> Iterator[Breach]:
    """Keys and values of tags have legal characters and lengths, and no key begins with aws:."""
    for key, value in resource.effective_tags.items():
        if not _is_legal_key(key):
            yield resource.finding(found=key, wanted="a legal key, not of aws:", fix=_FIX)
        if not is_open(value) and not (isinstance(value, str) and _fits(value, "tag_value_chars")):
            yield resource.finding(found=f"{key} = {value}", wanted="a legal value", fix=_FIX)


@rule("MON-TAG-004", level=Level.ERROR, why="AWS refuses more.")
def tags_are_few(resource: Resource) -> Iterator[Breach]:
    """Nothing has more than 50 tags."""
    count, most = len(resource.effective_tags), facts.limit("tags_per_resource")
    if count > most:
        yield resource.finding(found=f"{count} tags", wanted=f"at most {most}", fix=_FIX)


@rule(
    "MON-TAG-005", level=Level.ERROR, why="IAM rejects the second one during apply; reports split over them."
)
def tag_keys_differ_in_more_than_case(resource: Resource) -> Iterator[Breach]:
    """The tag keys of a resource must not differ only in case."""
    if facts.is_taggable(resource.type) is False:
        return
    spellings: dict[str, str] = {}
    for key in resource.effective_tags:
        same = spellings.setdefault(key.lower(), key)
        if same != key:
            yield resource.finding(found=f"{same} and {key}", wanted="one spelling", fix=_FIX)


def _is_judged(resource: Resource) -> bool:
    """Whether it takes tags, and they are known."""
    known = not is_open(resource.tags) and not is_open(resource.get("tags_all"))
    return known and facts.is_taggable(resource.type) is True


def _is_allowed(value: Any, allowed: tuple[str, ...]) -> bool:
    if is_open(value):
        return True
    return isinstance(value, str) and any(matches(pattern, value) for pattern in allowed)


@cache
def _is_legal_key(key: str) -> bool:
    return key != "" and not key.lower().startswith("aws:") and _fits(key, "tag_key_chars")


@cache
def _fits(text: str, limit: str) -> bool:
    return len(text) <= facts.limit(limit) and facts.is_tag_text(text)
