"""Plans as `terraform show -json` prints them: read, or refused with one clear line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from pydantic_core import from_json

from modules.errors import MonitoringError
from modules.resources.stacks import Stack, read_plan
from modules.semantics.secrets import masked
from ops.review.marks import either, is_marked
from ops.review.shapes import another_kind, json_kind, misshapen
from ops.review.values import mapping

MEND = "write it with `terraform show -json PLANFILE > plan.json`"
_BINARY = (b"PK\x03\x04", b"tfplan")
# What is left of a value that was cut off.
_CUT = re.compile(r"(?:-|t(?:ru?)?|f(?:al?|als)?|n(?:ul?)?|\\?u?[0-9A-Fa-f]{0,3})?[ \t\r\n\0]*")


class PlanError(MonitoringError):
    """A file is no plan that can be reviewed; the text is one line that says what it is, and the mend."""


@dataclass(frozen=True)
class Plan:
    """A plan that has the shape of one.

    Attributes
    ----------
    name
        The file, as the user names it.
    raw
        What it holds.
    """

    name: str
    raw: Mapping[str, Any]

    @property
    def resource_changes(self) -> tuple[Mapping[str, Any], ...]:
        """The changes, those without effect included."""
        return tuple(self.raw.get("resource_changes") or ())

    @cached_property
    def stack(self) -> Stack:
        """What will be there, with sensitive values unknown, so that no rule can repeat them."""
        hidden = [_hidden(item) for item in self.raw.get("resource_changes") or ()]
        return read_plan({**self.raw, "resource_changes": hidden})

    @property
    def drift(self) -> tuple[Mapping[str, Any], ...]:
        """What was changed outside of Terraform since it last looked."""
        return tuple(self.raw.get("resource_drift") or ())

    @property
    def is_partial(self) -> bool:
        """Whether Terraform itself says that it leaves something out, as it does with -target."""
        return self.raw.get("complete") is False

    @property
    def deferred(self) -> int:
        """The number of changes that Terraform puts off to a later plan."""
        return len(self.raw.get("deferred_changes") or ())


def _hidden(item: Mapping[str, Any]) -> Mapping[str, Any]:
    change = item["change"]
    marks = change.get("after_sensitive")
    if not is_marked(marks):
        return item
    names = mapping(change.get("after"))
    marks = dict.fromkeys(names, True) if marks is True else marks
    return {**item, "change": {**change, "after_unknown": either(change.get("after_unknown"), marks)}}


def read(path: Path) -> Plan:
    """Read a plan.

    Raises
    ------
    PlanError
        The file cannot be read, is cut off, is no JSON or no plan, or is of another format version.
    """
    return parse(_bytes(path), str(path))


def parse(data: bytes, name: str) -> Plan:
    """A plan from the bytes of a file.

    Raises
    ------
    PlanError
        As `read`.
    """
    if not data.strip(b" \t\r\n\0"):
        _refuse(name, f"is empty; {MEND}")
    if data.startswith(_BINARY):
        _refuse(name, f"is a binary plan; {MEND.replace('PLANFILE', masked(name))}")
    plan = _json(data, name)
    if not isinstance(plan, Mapping):
        _refuse(name, f"holds a JSON {json_kind(plan)}, not a plan; {MEND}")
    for problem in (*another_kind(plan), *misshapen(plan)):
        _refuse(name, f"{problem}; {MEND}")
    if plan.get("errored") is True:
        _refuse(name, "holds the remains of a plan that failed; mend what `terraform plan` complains of")
    return Plan(name, plan)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError:
        _refuse(str(path), f"is a folder; name a file and {MEND}")
    except FileNotFoundError:
        _refuse(str(path), f"there is no such file; {MEND}")
    except (OSError, ValueError) as error:
        _refuse(str(path), f"cannot be read: {getattr(error, 'strerror', None) or 'the name is not legal'}")


def _json(data: bytes, name: str) -> Any:
    try:
        return from_json(data, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        pass  # what the quick reader does not take the other one takes, or says why not
    try:
        return json.loads(data, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and b'"@level"' in data[:10_000]:
            _refuse(name, f"is the log of `terraform plan -json`; {MEND}")
        if error.msg.startswith("Unterminated string") or _CUT.fullmatch(error.doc, error.pos):
            _refuse(name, f"is cut off in line {error.doc.count(chr(10)) + 1}; {MEND}")
        _refuse(name, f"is not JSON, from line {error.lineno}, column {error.colno} on; {MEND}")
    except UnicodeDecodeError:
        _refuse(name, f"is not text; {MEND}")
    except RecursionError:
        _refuse(name, f"is nested too deeply for a plan; {MEND}")
    except ValueError:
        _refuse(name, f"holds a number that is none; {MEND}")


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def root_module(plan: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The root module of one of the plan's parts."""
    return mapping(mapping(plan.get(key)).get("root_module"))


def _refuse(name: str, text: str) -> NoReturn:
    raise PlanError(f"{masked(name)}: {text}")
