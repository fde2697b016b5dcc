"""One value of a plan: what it will be, and what it is made of while that is not known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from modules.terraform.addresses import most_specific
from modules.terraform.marks import is_marked
from modules.terraform.values import NESTED, Hidden, Unknown, as_list, as_map

_EMPTY: tuple[Any, ...] = (None, "", [], {})


def is_block(value: Any) -> bool:
    """Return true for a non-empty list of nested blocks."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def at(expression: Any, name: str) -> Any:
    """The expression of an attribute; a mapping written in one expression has but one for all its keys."""
    if not isinstance(expression, dict):
        return None
    if "references" not in expression:
        return expression.get(name)
    return part(expression, as_map(expression.get("constant_value")).get(name))


def part(expression: Any, written: Any) -> Any:
    """Return the expression of a part: the references of the whole, and its own text."""
    return {"references": as_map(expression).get("references"), "constant_value": written}


def references_of(expression: Any) -> tuple[str, ...]:
    """Return the references; Terraform also lists the resource itself behind each of them."""
    listed = as_map(expression).get("references")
    return most_specific(tuple(text for text in as_list(listed) if isinstance(text, str))) if listed else ()


class Merger:
    """Puts values and their marks together; a subclass may hide more than Terraform marks."""

    def merged(self, value: Any, unknown: Any, sensitive: Any, expression: Any, name: str = "") -> Any:
        """Return a planned value with `Unknown` and `Hidden` in the places that are marked so.

        Parameters
        ----------
        unknown, sensitive
            Terraform's marks, in the shape of the value.
        expression
            What the configuration says, for the references of an unknown value.
        name
            The attribute's or key's own name.
        """
        if unknown is True:
            return self.unknown(expression)
        if sensitive is True:
            return None if value is None else Hidden(value)
        # Whatever its name, a block is looked into, for its parts have names of their own.
        if isinstance(value, dict):
            return self._merged_map(value, unknown, sensitive, expression, name)
        if isinstance(value, list):
            return self._merged_list(value, unknown, sensitive, expression, name)
        return Hidden(value) if self.hides(value, name) else value

    def unknown(self, expression: Any) -> Any:
        """Return the placeholder of a value that is not known yet."""
        return Unknown(references_of(expression), _written(expression))

    def in_block(self, value: Any, _expression: Any) -> Any:
        """Return the part that counts of a block that is the only one of its name."""
        return value

    def hides(self, value: Any, name: str) -> bool:  # noqa: ARG002  (for subclasses)
        """Whether a value that Terraform does not mark is sensitive by its name."""
        return False

    def marks_in(self, value: dict[str, Any], marks: Mapping[str, Any], name: str) -> Mapping[str, Any]:  # noqa: ARG002
        """The marks in a mapping, with those that names add."""
        return marks

    def _merged_map(
        self, value: dict[str, Any], unknown: Any, sensitive: Any, expression: Any, name: str
    ) -> Any:
        gaps, marks = as_map(unknown), self.marks_in(value, as_map(sensitive), name)
        return {
            key: self.merged(value.get(key), gaps.get(key), marks.get(key), at(expression, key), key)
            for key in (*value, *(key for key in gaps if key not in value))
        }

    def _merged_list(self, value: list[Any], unknown: Any, sensitive: Any, expression: Any, name: str) -> Any:
        gaps = unknown if isinstance(unknown, list) else []
        marks = sensitive if isinstance(sensitive, list) else []
        if any(marks) and len(marks) != len(value) and is_marked(marks):
            return Hidden(value)
        if isinstance(expression, list) and len(expression) == len(value) == 1:
            value, gaps = ([self.in_block(item, expression[0]) for item in side] for side in (value, gaps))
        return [
            self.merged(
                item,
                gaps[index] if index < len(gaps) else None,
                marks[index] if index < len(marks) else None,
                _element(expression, index, len(value)),
                name,
            )
            for index, item in enumerate(value)
        ]


def _element(expression: Any, index: int, count: int) -> Any:
    """The expression of a part of a list. Of several blocks none is sure, for a set has another order."""
    if isinstance(expression, list):
        return expression[0] if count == 1 and len(expression) == 1 else None
    if not isinstance(expression, dict) or "references" not in expression:
        return expression
    parts = expression.get("constant_value")
    return part(expression, parts[index] if isinstance(parts, list) and index < len(parts) else None)


def _written(expression: Any) -> str:
    """What the configuration says, as text to compare by; empty where the plan does not repeat it."""
    said = as_map(expression).get("constant_value")
    return "" if said is None else json.dumps(said, sort_keys=True)


class _Reader(Merger):
    """Reads what the configuration sets, and the text of an expression where the plan has it."""

    def unknown(self, expression: Any) -> Any:
        """Return the text with its references: a plan of a configuration in JSON has both."""
        references, written = references_of(expression), as_map(expression).get("constant_value")
        return written if references and written is not None else Unknown(references)

    def in_block(self, value: Any, expression: Any) -> Any:
        """Return what the configuration sets in a block, without what the provider fills in."""
        if not isinstance(value, dict) or not isinstance(expression, dict):
            return value
        return {name: item for name, item in value.items() if name in expression or is_block(item)}


_READER = _Reader()


def value_of(value: Any, missing: Any, expression: Any) -> Any:
    """What the rules read of a planned value.

    Parameters
    ----------
    missing
        True where the plan does not know, in the shape of the value.
    expression
        What the configuration says, as the plan repeats it.
    """
    # Most values are known attributes: there is nothing to merge.
    if missing or isinstance(expression, list):
        value = _READER.merged(value, missing, None, expression)
    return _pruned(value) if isinstance(value, NESTED) else value


def _pruned(value: Any) -> Any:
    """Without what the provider fills in for arguments of nested blocks that nobody set."""
    if isinstance(value, list):
        return [_pruned(item) if isinstance(item, NESTED) else item for item in value]
    if isinstance(value, dict):
        return {
            name: _pruned(item) if isinstance(item, NESTED) else item
            for name, item in value.items()
            if item not in _EMPTY
        }
    return value
