"""The plan that is reviewed and its changes, with secrets hidden that only their names betray."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from modules.resources.stacks import Stack, read_plan
from modules.semantics.secrets import holds_secrets, is_secret_entry, is_secret_name, masked
from modules.terraform import changes, plan_files
from modules.terraform.expressions import Merger
from modules.terraform.plan_files import PlanError


class Plan(plan_files.Plan):
    """A plan that has the shape of one."""

    @cached_property
    def stack(self) -> Stack:
        """What will be there, with sensitive values unknown, so that no rule can repeat them."""
        return read_plan(self.raw, hides_sensitive=True)


def read(path: Path) -> Plan:
    """Read a plan.

    Raises
    ------
    PlanError
        The file cannot be read, is cut off, is no JSON or no plan, or is of another format version.
    """
    with _masked(str(path)):
        return _own(plan_files.read(path))


def parse(data: bytes, name: str) -> Plan:
    """Return the plan in the bytes of a file.

    Raises
    ------
    PlanError
        As `read`.
    """
    with _masked(name):
        return _own(plan_files.parse(data, name))


def _own(plan: plan_files.Plan) -> Plan:
    return Plan(plan.name, plan.raw)


@contextmanager
def _masked(name: str) -> Iterator[None]:
    """Keep a secret in a file's name out of messages."""
    try:
        yield
    except PlanError as error:
        raise PlanError(str(error).replace(name, masked(name))) from None


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
