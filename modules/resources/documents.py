"""IAM policy documents, as far as the rules ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from modules.semantics.globs import matches
from modules.terraform.values import as_list, as_map, blocks


@dataclass(frozen=True)
class Statement:
    """One statement of a policy document."""

    values: Mapping[str, Any]

    @property
    def effect(self) -> Any:
        """`Allow` or `Deny`."""
        return self.values.get("Effect")

    @property
    def is_for_everybody(self) -> bool:
        """Whether its principal is a bare ``*``."""
        return self.values.get("Principal") == "*" or "*" in self.principals("AWS")

    @property
    def conditions(self) -> Mapping[tuple[str, str], tuple[Any, ...]]:
        """Values by operator and key; keys in small letters, as IAM does not tell them apart."""
        return {
            (operator, key.lower()): as_list(value)
            for operator, tests in as_map(self.values.get("Condition")).items()
            for key, value in as_map(tests).items()
        }

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions that it names, in small letters, as IAM does not tell them apart."""
        return tuple(text.lower() for text in as_list(self.values.get("Action")) if isinstance(text, str))

    def principals(self, kind: str) -> tuple[Any, ...]:
        """The principals of a kind, such as ``Service``."""
        return as_list(as_map(self.values.get("Principal")).get(kind))

    def allows(self, action: str) -> bool:
        """Whether it grants an action, given in small letters."""
        return self.effect == "Allow" and self.covers(action)

    def denies(self, action: str) -> bool:
        """Whether it forbids an action, given in small letters."""
        return self.effect == "Deny" and self.covers(action)

    def denies_plain_transport(self, *actions: str) -> bool:
        """Whether it forbids these actions to everybody who does not use TLS."""
        secure = {str(value).lower() for value in self.values_of("Bool", "aws:securetransport")}
        alone = secure == {"false"} and len(self.conditions) == 1
        return alone and self.is_for_everybody and all(map(self.denies, actions))

    def tests(self, keys: Iterable[str]) -> bool:
        """Whether a condition restricts one of these keys, and not to everything."""
        values = [self.values_of(operator, key) for operator, key in self.conditions if key in keys]
        return any(found and "*" not in found for found in values)

    def values_of(self, operator: str, key: str) -> tuple[Any, ...]:
        """The values of one condition."""
        return self.conditions.get((operator, key), ())

    def covers(self, action: str) -> bool:
        """Return whether it names an action, given in lower case, or names all but others."""
        left_out = as_list(self.values.get("NotAction"))
        if left_out:
            return not any(matches(text.lower(), action) for text in left_out if isinstance(text, str))
        return any(matches(text, action) for text in self.actions)

    def __str__(self) -> str:
        return f"statement {self.values.get('Sid', 'without Sid')}"


def statements(document: Any) -> tuple[Statement, ...]:
    """The statements of a document; none if it is no document."""
    return tuple(map(Statement, blocks(as_map(document).get("Statement"))))
