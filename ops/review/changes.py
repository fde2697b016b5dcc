"""What a plan changes, with secrets hidden that only their names betray."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from modules.terraform import changes
from modules.terraform.changes import Merger
from ops.review.secrets import holds_secrets, is_secret_entry, is_secret_name

Values = Mapping[str, Any]


class _Merger(Merger):
    """Hides what Terraform marks, and what has the name of a secret."""

    def hides(self, value: Any, name: str) -> bool:
        """Whether a value is a secret by its name."""
        return bool(value) and value is not True and is_secret_name(name)

    def marks_in(self, value: dict[str, Any], marks: Values, name: str) -> Values:
        """The marks in a mapping, with those of an entry that is called a secret."""
        if holds_secrets(name):
            return dict.fromkeys((*value, *marks), True)
        return {**marks, "value": True} if "value" in value and is_secret_entry(value, name) else marks


MERGER = _Merger()


class Change(changes.Change):
    """One resource, before and after."""

    MERGER: ClassVar[Merger] = MERGER
