"""Evaluate Rego in OPA. The tests run this file in its own Python and exchange lines of JSON with it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any, TextIO


def main() -> None:
    """Answer every line of the standard input with one line."""
    # Messages of OPA go to the standard error: no such line is an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    serve(iter(sys.stdin.readline, ""), answers)


def serve(questions: Iterable[str], answers: TextIO) -> None:
    """Load the policies of the first question, then evaluate one entry point per question."""
    opa: Any = import_module("opa_bindings")
    engine = opa.OpaEngine()
    for question in map(json.loads, questions):
        try:
            answer = {"result": _answer(engine, question)}
        except opa.OpaError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), file=answers, flush=True)


def _answer(engine: Any, question: dict[str, Any]) -> Any:
    if "entry" in question:
        return engine.eval_document(question["entry"].replace("/", "."), question["input"])
    for name, text in question["files"].items():
        engine.add_policy(name, text)
    engine.add_data(json.loads(question["data"]))
    # OPA compiles at the first evaluation.
    return engine.eval_query("true")


if __name__ == "__main__":
    main()
