"""Terraform as a program: found once, run with a provider from the registry or a mirror."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from modules.errors import ToolError

OLDEST = (1, 5)
CONFIG_VARIABLE = "TF_CLI_CONFIG_FILE"
MIRROR_VARIABLE = "TF_PLUGIN_MIRROR"
MIRROR_PARENT = Path("/opt")
REGISTRY = "registry.terraform.io"
_VERSION = re.compile(r"^Terraform v(\d+)\.(\d+)\S*", re.MULTILINE)
# The first: no list of versions; the second: a list, and no download.
_UNREACHED = ("Failed to query available provider packages", "Failed to install provider")


@dataclass(frozen=True)
class Terraform:
    """A Terraform program.

    Attributes
    ----------
    program
        Its path.
    root
        The project's folder, from which a relative ``$TF_PLUGIN_MIRROR`` counts: Terraform itself
        runs in a stack's folder.
    mirrors
        A folder whose folders may be mirrors of providers.
    """

    program: str
    root: Path
    mirrors: Path = MIRROR_PARENT

    @classmethod
    def found(cls, root: Path) -> Terraform:
        """The Terraform on PATH.

        Raises
        ------
        ToolError
            There is none, or it is too old.
        """
        program = shutil.which("terraform")
        if program is None:
            raise ToolError("Terraform is missing: install 1.5 or later and put it on PATH")
        terraform = cls(program, root)
        terraform._refuse_old()
        return terraform

    def init(self, folder: Path, *, backend: bool = True) -> None:
        """`terraform init`, from the registry where it can be reached, else from a mirror.

        Terraform's own implied mirror folders need nothing from us: the first try reads them.

        Raises
        ------
        ToolError
            No place has the provider, or the stack is not usable.
        """
        options = ["init", "-input=false", "-no-color", *([] if backend else ["-backend=false"])]
        result = self._call(folder, options)
        if result.returncode == 0:
            return
        unreached = any(text in result.stderr for text in _UNREACHED)
        mirror = self.mirror() if unreached else None
        if mirror is not None:
            # Not by a CLI configuration: it would take the place of the user's, with its credentials.
            result = self._call(folder, [*options, f"-plugin-dir={mirror}"])
        if result.returncode:
            raise ToolError(_failure(folder, "init", result) + (_MEND if unreached else ""))

    def mirror(self) -> Path | None:
        """The folder of providers to take when the registry cannot be reached.

        Raises
        ------
        ToolError
            The one that the environment names is no mirror.
        """
        named = os.environ.get(MIRROR_VARIABLE)
        if not named:
            return implied_mirror(self.mirrors)
        mirror = self.root / named
        if not (mirror / REGISTRY).is_dir():
            raise ToolError(f"{MIRROR_VARIABLE}: {named} holds no folder {REGISTRY}; correct it or unset it")
        return mirror

    def run(self, folder: Path, *arguments: str) -> str:
        """Any other command in a stack's folder; returns what it printed.

        Raises
        ------
        ToolError
            It failed.
        """
        result = self._call(folder, list(arguments))
        if result.returncode:
            raise ToolError(_failure(folder, arguments[0], result))
        return result.stdout

    def _refuse_old(self) -> None:
        said = self._call(self.root, ["version"])
        version = _VERSION.search(said.stdout)
        if version is None:
            text = (said.stderr or said.stdout).strip()
            raise ToolError(
                f"{self.program} does not tell its version; install Terraform 1.5 or later\n{text}"
            )
        if (int(version[1]), int(version[2])) < OLDEST:
            raise ToolError(f"{self.program} is {version[0]}, which is too old; install 1.5 or later")

    def _call(self, folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        command = [self.program, *arguments]
        return subprocess.run(
            command, cwd=folder, env=_environ(), capture_output=True, text=True, check=False
        )


_MEND = (
    f"\nThe AWS provider comes from {REGISTRY} or from a mirror of it: "
    f"set {MIRROR_VARIABLE} to a folder that holds {REGISTRY}/"
)


def _environ() -> dict[str, str]:
    """The environment; a CLI configuration that is not there is left out, for Terraform complains of it."""
    environ = dict(os.environ) | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    config = Path(environ.pop(CONFIG_VARIABLE, ""))
    return environ | ({CONFIG_VARIABLE: str(config.resolve())} if config.is_file() else {})


def _failure(folder: Path, command: str, result: subprocess.CompletedProcess[str]) -> str:
    said = (result.stderr or result.stdout).strip()
    return f"terraform {command} failed in {folder}:\n{said}"


def implied_mirror(parent: Path) -> Path | None:
    """A folder in `parent` that holds providers as a filesystem mirror does."""
    return next((path.parent for path in sorted(parent.glob(f"*/{REGISTRY}")) if path.is_dir()), None)
