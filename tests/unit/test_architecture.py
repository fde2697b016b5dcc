"""Who may import whom, read from the sources and not from what happens to be loaded."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
OURS = ("main", "modules", "policies", "ops", "lambda_src")

CDKTF = ("cdktf", "constructs", "cdktf_cdktf_provider_aws", "jsii")
MAY_IMPORT_CDKTF = ("modules.constructs", "modules.stack", "modules.synthesis", "main")

# What a part may import of this project; a part that is not named is held by FORBIDDEN alone.
# Every part may import these.
COMMON = ("modules.errors", "modules.naming", "modules.versions")
ALLOWED = {
    "modules.errors": (),
    "modules.naming": (),
    "modules.versions": (),
    "modules.facts": (),
    "modules.spec": ("modules.facts",),
    "modules.semantics": ("modules.facts", "modules.spec"),
    "modules.terraform": (),
    "modules.resources": ("modules.terraform", "modules.semantics", "modules.spec", "modules.facts"),
    "modules.settings": ("modules.facts", "modules.spec", "modules.semantics"),
    "modules.render": ("modules.spec",),
    "modules.catalog": (
        "modules.settings",
        "modules.facts",
        "modules.spec",
        "modules.render",
        "modules.semantics",
    ),
    "policies": (
        "modules.resources",
        "modules.terraform",
        "modules.semantics",
        "modules.spec",
        "modules.facts",
    ),
    "lambda_src": (),
    "ops.doctor": ("modules", "policies", "ops.common", "lambda_src.watchdog.checks"),
}
# Sources that only use the standard library.
STANDARD = ("lambda_src.watchdog.checks",)
# What a part may not import, whatever else it may.
FORBIDDEN = {
    "modules": ("ops", "main", "tests", "lambda_src"),
    "policies": ("ops", "main", "tests", "lambda_src"),
    "ops": ("tests",),
    "modules.render": ("modules.settings", "modules.catalog", "policies"),
    "modules.catalog": ("policies", "modules.constructs", "modules.stack", "modules.synthesis"),
    "modules.constructs": ("modules.settings", "modules.catalog", "modules.stack", "modules.synthesis"),
}


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def among(name: str, parts: tuple[str, ...]) -> bool:
    return any(within(name, part) for part in parts)


def imported(source: str, module: str, *, package: bool) -> Iterator[str]:
    """The full names of all that a module imports, at its top or inside of functions."""
    parent = module.split(".") if package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=name, names=names, level=level):
                start = [*parent[: len(parent) - level + 1]] if level else []
                base = ".".join([*start, *([name] if name else [])])
                yield base
                yield from (f"{base}.{alias.name}" for alias in names)
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield name
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__"), args=[ast.Constant(value=str(name)), *_]
            ):
                yield name


def breaches(source: str, module: str, *, package: bool = False) -> list[str]:
    """What a module imports and may not."""
    found = []
    for name in imported(source, module, package=package):
        if among(name, CDKTF) and not among(module, MAY_IMPORT_CDKTF):
            found.append(f"{module} imports {name}: only {', '.join(MAY_IMPORT_CDKTF)} may")
        for part, allowed in ALLOWED.items():
            if (
                within(module, part)
                and among(name, OURS)
                and not among(
                    name, (part, *allowed, *(COMMON if part.startswith(("modules", "policies")) else ()))
                )
                and name != "modules"
            ):
                found.append(
                    f"{module} imports {name}: {part} may import {', '.join(allowed) or 'nothing of ours'}"
                )
        for part, forbidden in FORBIDDEN.items():
            if within(module, part) and among(name, forbidden):
                found.append(f"{module} imports {name}: {part} may not")
        if among(module, STANDARD) and name.partition(".")[0] not in sys.stdlib_module_names:
            found.append(f"{module} imports {name}: it may only use the standard library")
    return found


def sources() -> dict[str, Path]:
    """Every source of ours that ships, by module name."""
    files = [ROOT / "main.py"]
    for part in OURS[1:]:
        found = sorted((ROOT / part).rglob("*.py"))
        files += [path for path in found if ".venv" not in path.relative_to(ROOT).parts]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in files
    }


def test_imports_follow_the_one_direction() -> None:
    found = [
        breach
        for module, path in sources().items()
        for breach in breaches(path.read_text("utf-8"), module, package=path.name == "__init__.py")
    ]

    assert found == []


def test_sources_are_really_read() -> None:
    read = sources()

    assert {"main", "modules", "modules.stack", "modules.spec.alarms", "ops.terraform"} <= read.keys()
    stack = list(imported(read["modules.stack"].read_text("utf-8"), "modules.stack", package=False))
    assert {"cdktf", "constructs", "modules.constructs.alarms"} <= set(stack)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("modules.catalog.backend", "import cdktf"),
        ("modules.render.dashboards", "from constructs import Construct"),
        ("modules.terraform.plan", "from cdktf_cdktf_provider_aws.sns_topic import SnsTopic"),
        ("ops.review", "import cdktf as terraform"),
        ("modules.report", "def late():\n    from cdktf import App"),
        ("modules.report", "import importlib\nimportlib.import_module('cdktf')"),
        ("modules.report", "__import__('cdktf')"),
        ("modules.spec.alarms", "from modules.catalog import backend"),
        ("modules.spec.alarms", "from modules import catalog"),
        ("modules.spec.alarms", "from .. import catalog"),
        ("modules.spec.alarms", "from ..render.patterns import equals"),
        ("modules.facts.limits", "from policies import check"),
        ("modules.facts.limits", "from modules.constructs.keys import key_arn"),
        ("modules.settings.models", "from modules.catalog.context import Context"),
        ("modules.settings.models", "import policies.engine"),
        ("policies.engine", "from modules.settings import Settings"),
        ("policies.engine", "from modules.constructs import names"),
        ("policies.engine", "import modules.stack"),
        ("modules.render.queries", "from modules.settings import Settings"),
        ("modules.semantics.filters", "import modules.catalog"),
        ("modules.semantics.metric_math", "from modules.terraform.values import as_text"),
        ("modules.catalog.backend", "import policies"),
        ("modules.constructs.logs", "from modules.settings import Settings"),
        ("modules.stack", "from ops.terraform import Terraform"),
        ("lambda_src.digest.handler", "from modules.errors import MonitoringError"),
        ("lambda_src.digest.handler", "import policies"),
        ("lambda_src.watchdog.checks", "import boto3"),
        ("lambda_src.watchdog.checks", "from lambda_src.digest.message import text"),
        ("ops.doctor.gathering", "from ops.adopt.accounts import Account"),
        ("ops.doctor.gathering", "from lambda_src.digest.message import text"),
    ],
)
def test_planted_breach_is_caught(module: str, line: str) -> None:
    assert breaches(line, module)


def test_relative_import_in_a_package_counts_from_the_package() -> None:
    assert breaches("from ..catalog import backend", "modules.spec", package=False) == []
    assert breaches("from ..catalog import backend", "modules.spec", package=True)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("modules.constructs.alarms", "import cdktf"),
        ("modules.synthesis", "def late():\n    from cdktf import App"),
        ("modules.settings.models", "from modules import facts"),
        ("modules.settings.load", "from modules.settings.models import Settings"),
        ("policies.alarms", "from modules.facts import metric"),
        ("modules.spec.alarms", "import constructs_of_somebody_else"),
        ("lambda_src.digest.handler", "from lambda_src.digest.message import text"),
        ("lambda_src.digest.handler", "import json"),
        ("lambda_src.watchdog.checks", "from datetime import UTC"),
        ("ops.doctor.gathering", "from lambda_src.watchdog.checks import Finding"),
        ("ops.doctor.gathering", "from modules.settings import load"),
    ],
)
def test_allowed_import_passes(module: str, line: str) -> None:
    assert breaches(line, module) == []


# What Lambda has beyond Python, and what a function's requirements.txt names.
PACKAGES = {"metrics_publisher": {"pg8000"}}
SHARED = "shared"


def strangers(source: str, folder: str, own: set[str]) -> list[str]:
    """What a function imports and its archive or Lambda may lack: inside of it a file is a module."""
    known = {*own, SHARED, "boto3", "botocore", *PACKAGES.get(folder, ()), *sys.stdlib_module_names}
    names = {name.partition(".")[0] for name in imported(source, folder, package=False)}
    return sorted(names - known)


def test_functions_import_only_themselves_and_what_is_shared() -> None:
    folders = [path for path in (ROOT / "lambda_src").iterdir() if path.is_dir() and path.name[0] not in "._"]
    found = {
        str(path.relative_to(ROOT)): strange
        for folder in folders
        for path in folder.glob("*.py")
        if (strange := strangers(path.read_text("utf-8"), folder.name, stems(folder)))
    }

    assert {"digest", "metrics_publisher", "slack_notifier", SHARED} <= {folder.name for folder in folders}
    assert found == {}


def stems(folder: Path) -> set[str]:
    """A function's own modules; `shared` is a package, whose files are no modules by themselves."""
    return set() if folder.name == SHARED else {path.stem for path in folder.glob("*.py")}


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        ("digest", "from notice import Notice"),
        ("digest", "import pg8000"),
        ("digest", "from lambda_src.shared.logs import Log"),
        ("shared", "from logs import Log"),
        ("shared", "from modules.facts.secrets import secrets"),
    ],
)
def test_planted_import_of_a_stranger_is_caught(folder: str, line: str) -> None:
    assert strangers(line, folder, stems(ROOT / "lambda_src" / folder))


def test_no_module_of_a_function_hides_one_of_python_or_another_folder() -> None:
    folders = [path for path in (ROOT / "lambda_src").iterdir() if path.is_dir()]
    taken = {*(folder.name for folder in folders), *sys.stdlib_module_names, "boto3", "botocore"}

    assert [path.name for folder in folders for path in folder.glob("*.py") if path.stem in taken] == []


def asserts(source: str) -> list[int]:
    """The lines of `assert` statements."""
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert)]


def test_nothing_that_ships_relies_on_assert() -> None:
    """Synth runs with `python -O`, which drops them."""
    found = {module: asserts(path.read_text("utf-8")) for module, path in sources().items()}

    assert {module: lines for module, lines in found.items() if lines} == {}


def test_planted_assert_is_caught() -> None:
    assert asserts("def check(x):\n    assert x, 'never with -O'\n") == [2]


def test_terraform_package_does_not_know_aws_types() -> None:
    """What a resource type means is the subject of modules/resources."""
    texts = {path.name: path.read_text("utf-8") for path in (ROOT / "modules" / "terraform").glob("*.py")}

    assert {"values.py", "stacks.py"} <= texts.keys()
    assert [name for name, text in texts.items() if "aws_" in text] == []
