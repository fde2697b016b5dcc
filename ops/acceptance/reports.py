"""The report of a run, for a ticket and for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from ops.acceptance.steps import Result, Step
from ops.cost.texts import escaped

FOLDER = "build"


@dataclass
class Report:
    """The facts of a run and its results.

    Attributes
    ----------
    facts
        Label and value: where it ran, with which versions, what it deployed.
    left
        What still exists, each with the command or the date that ends it.
    """

    name: str
    started: datetime
    passed: bool = False
    seconds: float = 0
    facts: dict[str, str] = field(default_factory=dict)
    steps: Sequence[Step] = ()
    left: Sequence[str] = ()

    def write(self, root: Path) -> Path:
        """Write it as Markdown and as JSON; return the path of the former."""
        path = root / FOLDER / f"{self.name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(markdown(self), "utf-8")
        path.with_suffix(".json").write_text(as_json(self), "utf-8")
        return path


def as_json(report: Report) -> str:
    """The report for programs; the time is UTC."""
    values = asdict(report) | {"started": report.started.isoformat(timespec="seconds")}
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def markdown(report: Report) -> str:
    """The report for people."""
    minutes, seconds = divmod(round(report.seconds), 60)
    head = {
        "result": verdict(report),
        "started": f"{report.started:%Y-%m-%d %H:%M} UTC",
        "duration": f"{minutes} min {seconds} s",
    }
    lines = [f"# Acceptance run {report.name}", "", "| | |", "|---|---|", *_rows(head | report.facts)]
    lines += ["", "## Steps", "", "| step | result | seconds | details |", "|---|---|---:|---|"]
    for step in report.steps:
        result = step.result if step.result is Result.PASSED else f"**{step.result}**"
        lines.append(f"| {step.name} | {result} | {step.seconds:.1f} | {escaped(step.detail)} |")
    lines += ["", "## Left behind", "", *(f"- {escaped(text)}" for text in report.left or ("nothing",))]
    return "\n".join(lines) + "\n"


def verdict(report: Report) -> str:
    """The result in words; a run that skipped a step has not proved everything."""
    counts = Counter(step.result for step in report.steps)
    extra = [f"{counts[kind]} {kind}" for kind in (Result.FAILED, Result.SKIPPED) if counts[kind]]
    return ", ".join(("PASSED" if report.passed else "FAILED", *extra))


def _rows(values: Mapping[str, str]) -> list[str]:
    return [f"| {label} | {escaped(value)} |" for label, value in values.items()]
