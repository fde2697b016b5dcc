"""Pydantic's errors in this project's words."""

from __future__ import annotations

import difflib
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_SHOWN = 60


def shown(value: Any) -> str:
    """A value as it stands in a message: short, and never a whole tree."""
    if isinstance(value, dict | list | tuple):
        return f"a {'mapping' if isinstance(value, dict) else 'list'} of {len(value)}"
    if value is None:
        return "nothing"
    text = repr(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "date_type": "a date such as 2027-01-31",
    "date_from_datetime_parsing": "a date such as 2027-01-31",
    "date_from_datetime_inexact": "a date such as 2027-01-31",
}


def describe(error: ErrorDetails, model: type[BaseModel]) -> str:
    """One error as value, what is wanted and the mend."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key{_suggestion(str(error['loc'][-1]), _keys(model, error['loc'][:-1]))}"
    if kind == "missing":
        return "is missing; add it"
    if kind == "value_error":
        reason = str(context["error"])
        return reason if isinstance(value, dict | list) else f"{shown(value)} {reason}"
    if kind in _WANTED:
        return f"{shown(value)} is not {_WANTED[kind]}"
    return _bounds(kind, value, context) or f"{shown(value)}: {error['msg']}"


def _bounds(kind: str, value: Any, context: dict[str, Any]) -> str | None:
    match kind:
        case "greater_than_equal":
            return f"{shown(value)} is too small; at least {context['ge']} is wanted"
        case "less_than_equal":
            return f"{shown(value)} is too large; at most {context['le']} is wanted"
        case "too_short":
            return f"has {context['actual_length']} entries; at least {context['min_length']} is wanted"
        case "too_long":
            return f"has {context['actual_length']} entries; at most {context['max_length']} are possible"
        case "string_too_long":
            return f"{shown(value)} is too long; at most {context['max_length']} characters are possible"
        case "literal_error" | "enum":
            return f"{shown(value)} is not one of {context['expected']}"
        case "union_tag_invalid":
            return f"type {context['tag']!r} is not one of {context['expected_tags']}"
        case "union_tag_not_found":
            return "has no type; add type: local, s3 or cloud"
    return None


def _suggestion(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known here: {', '.join(sorted(known))}" if known else "; take it out"


def _keys(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """The keys that a mapping at a path may have."""
    for step in path:
        found = _inner(model, step)
        if found is None:
            return []
        model = found
    return [field.alias or name for name, field in model.model_fields.items() if name != "environment"]


def _inner(model: type[BaseModel], step: Any) -> type[BaseModel] | None:
    for name, field in model.model_fields.items():
        if step in (name, field.alias):
            return _model_in(field.annotation)
    return model  # an entry of a mapping or list, whose type was reached with the step before


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = [_model_in(part) for part in get_args(annotation)]
    return next((one for one in found if one is not None), None)
