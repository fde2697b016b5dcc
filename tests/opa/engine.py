"""The policies in OPA, in a process with an environment of its own."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.builders import ROOT
from tests.tools import without

FOLDER = ROOT / "policies" / "opa"
AUDIT = Path(__file__).parent / "audit.rego"
NAMES = ("alarms", "delivery", "functions", "logs", "tags")
OPA = ROOT / "ops" / "rego"


class EngineError(Exception):
    """OPA refuses the policies, an entry point is undefined, or a builtin fails."""


def modules() -> dict[str, str]:
    """Every file of policies and of their tests, by name."""
    return {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.rego"))}


def policies() -> dict[str, str]:
    """The files of policies alone, with the one that looks into them."""
    found = {name: text for name, text in modules().items() if not name.endswith("_test.rego")}
    return found | {AUDIT.name: AUDIT.read_text("utf-8")}


class Engine:
    """Policies with their data.

    Raises
    ------
    EngineError
        OPA refuses the policies.
    """

    def __init__(self, files: Mapping[str, str], data: str) -> None:
        program = OPA / ".venv" / "bin" / "python"
        if not program.exists():
            without("OPA is missing: run `make ops/rego/.venv/ready` on Linux on x86-64")
        # Not a pipe: nothing reads it while it fills.
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  (it lives as long as the process)
        self._process = subprocess.Popen(
            [program, OPA / "serve.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        try:
            self._ask({"files": dict(files), "data": data})
        except EngineError:
            self.close()
            raise

    def __call__(self, given: Any, entry: str) -> Any:
        """Evaluate an entry point on an input.

        Raises
        ------
        EngineError
            The entry point is undefined there, or a builtin fails on the way.
        """
        return self._ask({"input": given, "entry": entry})

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
        self._errors.close()

    def _ask(self, question: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the engine broke down: {self._last_words()}"
        answer = json.loads(line)
        if "error" in answer:
            raise EngineError(answer["error"])
        return answer["result"]

    def _last_words(self) -> str:
        self._process.communicate()
        self._errors.seek(0)
        return self._errors.read()[-2000:]
