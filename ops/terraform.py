"""Terraform as a program: found once, run with a provider from the registry or a mirror."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from modules.errors import ToolError

MIRROR_VARIABLE = "TF_PLUGIN_MIRROR"
REGISTRY = "registry.terraform.io"
_UNREACHED = ("could not connect to", "no available releases match", "does not have a provider named")


@dataclass(frozen=True)
class Terraform:
    """A Terraform program.

    Attributes
    ----------
    program
        Its path.
    cache
        A folder for what it needs between runs.
    """

    program: str
    cache: Path

    @classmethod
    def found(cls, root: Path) -> Terraform:
        """The Terraform on PATH.

        Raises
        ------
        ToolError
            There is none.
        """
        program = shutil.which("terraform")
        if program is None:
            raise ToolError("Terraform is missing: install 1.5 or later and put it on PATH")
        return cls(program, root / ".cache" / "terraform")

    def init(self, folder: Path, *, backend: bool = True) -> None:
        """`terraform init`, from the registry where it can be reached, else from a mirror.

        Raises
        ------
        ToolError
            Neither has the provider, or the stack is not usable.
        """
        options = ["init", "-input=false", "-no-color", *([] if backend else ["-backend=false"])]
        named = os.environ.get(MIRROR_VARIABLE)
        first = self._call(folder, options, self._environ(Path(named) if named else None))
        if first.returncode == 0:
            return
        mirror = None if named else implied_mirror(Path("/opt"))
        if mirror is None or not any(text in first.stderr for text in _UNREACHED):
            raise ToolError(self._failure(folder, "init", first))
        second = self._call(folder, options, self._environ(mirror))
        if second.returncode:
            raise ToolError(self._failure(folder, "init", second))

    def run(self, folder: Path, *arguments: str) -> str:
        """Any other command in a stack's folder; returns what it printed.

        Raises
        ------
        ToolError
            It failed.
        """
        result = self._call(folder, list(arguments), self._environ(None))
        if result.returncode:
            raise ToolError(self._failure(folder, arguments[0], result))
        return result.stdout

    def _call(self, folder: Path, arguments: list[str], environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
        command = [self.program, *arguments]
        return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)

    def _environ(self, mirror: Path | None) -> dict[str, str]:
        """The environment; a TF_CLI_CONFIG_FILE that names no file is left out, for Terraform warns of it."""
        environ = dict(os.environ) | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        if not Path(environ.get("TF_CLI_CONFIG_FILE", os.devnull)).exists():
            del environ["TF_CLI_CONFIG_FILE"]
        if mirror is not None:
            environ["TF_CLI_CONFIG_FILE"] = str(self._mirror_config(mirror))
        return environ

    def _mirror_config(self, mirror: Path) -> Path:
        path = self.cache / "mirror.tfrc"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_text(content, "utf-8")
        os.replace(temporary, path)
        return path

    def _failure(self, folder: Path, command: str, result: subprocess.CompletedProcess[str]) -> str:
        said = (result.stderr or result.stdout).strip()
        return f"terraform {command} failed in {folder}:\n{said}"


def implied_mirror(parent: Path) -> Path | None:
    """A folder in `parent` that holds providers as a filesystem mirror does."""
    return next((path.parent for path in sorted(parent.glob(f"*/{REGISTRY}")) if path.is_dir()), None)
