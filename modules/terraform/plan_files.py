"""Plans as `terraform show -json` prints them: read, or rejected with one clear line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic_core import from_json

from modules.errors import MonitoringError
from modules.terraform.configurations import resources_in, root_module
from modules.terraform.values import as_map

MEND = "write it with `terraform show -json PLANFILE > plan.json`"
_BINARY = (b"PK\x03\x04", b"tfplan")
# What is left of a value that was cut off.
_CUT = re.compile(r"(?:-|t(?:ru?)?|f(?:al?|als)?|n(?:ul?)?|\\?u?[0-9A-Fa-f]{0,3})?[ \t\r\n\0]*")


MAJOR = "1"
_VERSION = re.compile(r"[0-9.]{1,20}")
_ACTIONS = {
    ("no-op",),
    ("create",),
    ("read",),
    ("update",),
    ("delete",),
    ("delete", "create"),
    ("create", "delete"),
    ("forget",),
    ("create", "forget"),
}
_LISTS = ("resource_changes", "resource_drift", "deferred_changes")
_MAPS = ("planned_values", "prior_state", "configuration", "variables", "output_changes")


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

    def side(self, side: str, kind: str) -> Iterator[tuple[str, Any]]:
        """Yield address and values of every managed resource of a type: `before` or `after` its change."""
        for item in self.resource_changes:
            if item["type"] == kind and item.get("mode", "managed") == "managed":
                yield item["address"], item["change"].get(side)

    def data_sources(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Yield address and values of every data source of a type that was read before the plan."""
        for item in resources_in(root_module(as_map(self.raw.get("prior_state")), "values")):
            if item.get("mode") == "data" and item.get("type") == kind:
                yield str(item.get("address")), item.get("values")

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
        _refuse(name, f"is a binary plan; {MEND.replace('PLANFILE', name)}")
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


def _refuse(name: str, text: str) -> NoReturn:
    raise PlanError(f"{name}: {text}")


def json_kind(value: Any) -> str:
    """What JSON calls a value."""
    names = {dict: "mapping", list: "list", str: "text", bool: "word", type(None): "null"}
    return names.get(type(value), "number")


def another_kind(plan: Mapping[str, Any]) -> Iterator[str]:
    """What it is, where it is something else that Terraform writes."""
    version = plan.get("format_version")
    if "lineage" in plan or ("values" in plan and "resource_changes" not in plan):
        yield "is a state, not a plan"
    if "@level" in plan:
        yield "is the log of `terraform plan -json`"
    if "provider_schemas" in plan:
        yield "holds the schemas of providers, not a plan"
    if version is None and ("resource" in plan or "terraform" in plan):
        yield "is a configuration, not a plan"
    if not isinstance(version, str):
        yield "is not a plan: it has no format_version"
    elif version.partition(".")[0] != MAJOR:
        found = version if _VERSION.fullmatch(version) else "of another form"
        yield f"has format version {found}; wanted {MAJOR}.x, as Terraform 1.5 or later writes it"


def misshapen(plan: Mapping[str, Any]) -> Iterator[str]:
    """What does not have the shape that it has in every plan."""
    if "resource_changes" not in plan and "planned_values" not in plan:
        yield "is not a plan: it has neither resource_changes nor planned_values"
    for key in _MAPS:
        if not isinstance(plan.get(key, {}), Mapping):
            yield f"{key} is a {json_kind(plan[key])}, not a mapping"
    for key in _LISTS:
        items = plan.get(key, [])
        if not isinstance(items, list):
            yield f"{key} is a {json_kind(items)}, not a list"
        elif key != "deferred_changes":
            for index, item in enumerate(items):
                problem = _of_change(item)
                if problem:
                    yield f"{key}[{index}] {problem}"


def _of_change(item: Any) -> str | None:
    """What is wrong with one change, if anything."""
    if not isinstance(item, Mapping):
        return "is not a mapping"
    for key in ("address", "type"):
        if not isinstance(item.get(key), str) or not item[key]:
            return f"has no {key}"
    change = item.get("change")
    if not isinstance(change, Mapping):
        return "has no change"
    actions = change.get("actions")
    known = isinstance(actions, list) and all(isinstance(one, str) for one in actions)
    if not known or tuple(as_texts(actions)) not in _ACTIONS:
        return "has actions that are not known here"
    return _of_values(change, set(as_texts(actions)))


def _of_values(change: Mapping[str, Any], actions: set[str]) -> str | None:
    for key, needed in (("before", {"update", "delete", "forget"}), ("after", {"create", "update"})):
        value = change.get(key)
        if not isinstance(value, Mapping) and (value is not None or needed & actions):
            return f"has no values {key} the change"
    return None


def as_texts(value: Any) -> tuple[str, ...]:
    """The texts of a list; anything else is left out."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
