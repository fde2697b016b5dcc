"""The plan that is reviewed, and messages about it that are fit to be printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from modules.resources.stacks import Stack, read_plan
from modules.terraform import plan_files
from modules.terraform.plan_files import PlanError
from ops.review.secrets import masked


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
