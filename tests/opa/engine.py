"""The policies in a real engine, in a process of its own: what breaks it does not break the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.builders import ROOT

FOLDER = ROOT / "policies" / "opa"
AUDIT = Path(__file__).parent / "audit.rego"
NAMES = ("alarms", "delivery", "functions", "logs", "tags")
ENTRIES = ("audit/marks", "audit/refused", *(f"monitoring/{name}/deny" for name in NAMES))


def modules() -> dict[str, str]:
    """Every file of policies and of their tests, by name."""
    return {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.rego"))}


def policies() -> dict[str, str]:
    """The files of policies alone, with the one that looks into them."""
    found = {name: text for name, text in modules().items() if not name.endswith("_test.rego")}
    return found | {AUDIT.name: AUDIT.read_text("utf-8")}


class Engine:
    """Policies with their data, and the entry points that are asked for."""

    def __init__(self, files: Mapping[str, str], data: str, entries: Sequence[str]) -> None:
        # Not a pipe: nobody reads it while it fills.
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  (it lives as long as the process)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=ROOT,
        )
        built = self._ask({"files": dict(files), "data": data, "entries": list(entries)})
        assert built, "the engine refuses the policies"

    def __call__(self, given: Any, entry: str) -> Any:
        """What an entry point says of an input; `None` if it is undefined there."""
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
        answer = self._process.stdout.readline()
        assert answer, f"the engine broke down: {self._last_words()}"
        return json.loads(answer)["result"]

    def _last_words(self) -> str:
        self._process.communicate()
        self._errors.seek(0)
        return self._errors.read()[-2000:]


def _serve(questions: Iterator[str], answers: Any) -> None:
    """The other side: build once, then answer line by line."""
    import regopy

    start = json.loads(next(questions))
    interpreter = regopy.Interpreter()
    for name, text in start["files"].items():
        interpreter.add_module(name, text)
    interpreter.add_data_json(start["data"])
    bundle = interpreter.build(None, start["entries"])
    print(json.dumps({"result": bundle.ok()}), file=answers, flush=True)
    for line in questions:
        question = json.loads(line)
        # This engine, unlike OPA, leaves escapes such as \u00fc in texts as they are.
        interpreter.set_input_term(json.dumps(question["input"], ensure_ascii=False))
        (found,) = interpreter.query_bundle_entrypoint(bundle, question["entry"]).results
        result = found.expressions[0] if found.expressions else None
        print(json.dumps({"result": result}), file=answers, flush=True)


def _main() -> None:
    # The engine prints what it does not like where the answers would go.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    _serve(iter(sys.stdin.readline, ""), answers)


if __name__ == "__main__":
    _main()
