"""Pydantic's errors in this project's words."""

from __future__ import annotations

import difflib
import re
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_SHOWN = 60
_WORD = re.compile(r"[\w./: @-]{1,100}", re.ASCII)

_TEXT, _MAPPING, _DATE = "text", "a mapping (key: value)", "a date such as 2027-01-31"
_INT, _FLOAT = "a whole number such as 30, without quotes", "a number such as 2.5, without quotes"
_WANTED = {
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "int_type": _INT,
    "int_from_float": _INT,
    "float_type": _FLOAT,
    "finite_number": "a finite number",
    "bool_type": "true or false, without quotes",
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "tuple_type": "a list such as [a, b]",
    "date_type": _DATE,
    "date_from_datetime_inexact": _DATE,
}
_BOUNDS = {
    "greater_than_equal": "is too small; at least {ge} is wanted",
    "less_than_equal": "is too large; at most {le} is possible",
    "too_short": "is too short; at least {min_length} is wanted",
    "too_long": "is too long; at most {max_length} are possible",
    "literal_error": "is not one of {expected}",
    "enum": "is not one of {expected}",
    "union_tag_invalid": "is not one of {expected_tags}",
}


def shown(value: Any) -> str:
    """A value as it stands in a message: one line, short, and never a whole tree."""
    match value:
        case dict():
            return f"a mapping of {len(value)}"
        case list() | tuple():
            return f"a list of {len(value)}"
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def dotted(path: tuple[Any, ...]) -> str:
    """A path as messages write it: `lambda.functions.notes`, `targets[1]`."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += f"{'.' * bool(text)}{key if _WORD.fullmatch(key) else shown(key)}"
    return text


def place(error: ErrorDetails) -> tuple[str | int, ...]:
    """An error's path in the file: without what pydantic adds, a key's mark and a union's branch."""
    path = error["loc"]
    if path[-1:] == ("[key]",):
        path = path[:-1]
    if path[:2] == ("terraform", "backend"):
        path = (*path[:2], *path[3:])
    return (*path, "type") if error["type"].startswith("union_tag") else path


def counts(error: ErrorDetails) -> bool:
    """Whether an error is a mistake of its own: pydantic finds a list too short when an entry is wrong."""
    return error["type"] != "too_short" or len(error["input"]) < error["ctx"]["min_length"]


def describe(error: ErrorDetails, model: type[BaseModel]) -> str:
    """One error as value, what is wanted and the mend."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key{_suggestion(str(error['loc'][-1]), _keys(model, error['loc'][:-1]))}"
    if kind in ("missing", "union_tag_not_found"):
        return "is missing; add it"
    if kind == "value_error":
        reason = str(context["error"])
        return reason if isinstance(value, dict) else f"{shown(value)} {reason}"
    if kind in _WANTED:
        return _other_type(value, _WANTED[kind])
    if kind == "union_tag_invalid":
        value = value["type"]
    bound = _BOUNDS.get(kind, "is not possible here; see config/schema.json")
    return f"{shown(value)} {bound.format(**context)}"


def _other_type(value: Any, wanted: str) -> str:
    if value is None:
        return f"is empty; give it {wanted}, or take it out"
    quotes = "; put it in quotes" if wanted == _TEXT and not isinstance(value, dict | list | tuple) else ""
    return f"{shown(value)} is not {wanted}{quotes}"


def _suggestion(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; take it out, known here: {', '.join(sorted(known))}" if known else "; take it out"


def _keys(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """The keys that the mapping at a path may have."""
    kinds: list[Any] = [model]
    for step in path:
        kinds = [inner for kind in kinds for inner in _inner(kind, step)]
    fields = [field for kind in kinds for field in kind.model_fields.items()]
    return [field.alias or name for name, field in fields if name != "environment"]


def _inner(model: Any, step: Any) -> list[Any]:
    """The models one step below a model: of a field, or of a union's branch."""
    for name, field in model.model_fields.items():
        if step in (name, field.alias):
            return _models(field.annotation)
        if name == "type" and step in get_args(field.annotation):
            return [model]
    # An entry of a mapping or list, whose model was reached with the step before.
    return [] if "type" in model.model_fields else [model]


def _models(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models(part)]
