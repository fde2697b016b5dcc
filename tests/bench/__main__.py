"""`python -m tests.bench`: how fast and how small synth is, against targets.

Absolute times depend on the machine; the ratios come from alternating runs on one machine, which
should do nothing else meanwhile.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from modules.constructs._bindings import choose_node
from tests.bench.functions import by_function
from tests.bench.plain import plain_program
from tests.bench.processes import Run, measured
from tests.bench.review_plans import by_review

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 3
MOST_OF_WALL, MOST_OF_MEMORY = 0.30, 0.25
COUNTS = FEW, MANY = 1_000, 10_000
MOST_MILLISECONDS, MOST_GROWTH = 1.2, 0.10
# What of the caller's environment would change what is made, or keep Python from caching bytecode.
NOT_OURS = ("PYTHONDONTWRITEBYTECODE", "AWS_REGION", "SNS_EMAIL", "PYTHONOPTIMIZE")


def main() -> int:
    """Measure and print."""
    before = given()
    choose_node()
    after = given()
    # The plain program gets our Node, and nothing else that choose_node() says to it.
    plain = before | {"JSII_NODE": after["JSII_NODE"]} if "JSII_NODE" in after else before
    with tempfile.TemporaryDirectory() as folder:
        for line in against_plain(Path(folder), before, plain):
            print(line, flush=True)
    print()
    for line in by_size(after):
        print(line, flush=True)
    print()
    for line in by_function(ROOT, before):
        print(line, flush=True)
    print()
    for line in by_review(ROOT, after):
        print(line, flush=True)
    return 0


def given() -> dict[str, str]:
    """The environment as it stands."""
    return {name: value for name, value in os.environ.items() if name not in NOT_OURS}


def against_plain(
    folder: Path, environ: Mapping[str, str], by_hand_environ: Mapping[str, str]
) -> Iterator[str]:
    """One environment, next to a program that imports the whole package and makes the same resources."""
    yield "ENV=prod python -O main.py, against a plain program that imports the whole package"
    ours, plain = folder / "ours", folder / "plain"
    program = folder / "plain.py"
    generate = [sys.executable, "-O", "main.py"]
    by_hand = [sys.executable, str(program), str(plain)]
    generating = {**environ, "ENV": "prod", "CDKTF_OUTDIR": str(ours)}
    # The first runs write bytecode, and fill the disk's cache; they do not count.
    measured(generate, ROOT, generating)
    terraform = only_stack(ours)
    program.write_text(plain_program(terraform), "utf-8")
    measured(by_hand, ROOT, by_hand_environ)
    same = "the same" if kinds(terraform) == kinds(only_stack(plain)) else "OTHERS"
    yield f"  {sum(kinds(terraform).values())} resources; the plain program makes {same}"
    runs: tuple[list[Run], list[Run]] = ([], [])
    for _ in range(ROUNDS):
        runs[0].append(measured(generate, ROOT, generating))
        runs[1].append(measured(by_hand, ROOT, by_hand_environ))
    yield from compared(*runs)


def compared(ours: list[Run], plain: list[Run]) -> Iterator[str]:
    """A table of the best runs."""
    yield f"  best of {ROUNDS} alternating runs    main.py      plain    ratio   target"
    seconds = (min(run.seconds for run in ours), min(run.seconds for run in plain))
    yield compared_line("wall time, seconds", seconds, ".2f", MOST_OF_WALL)
    peaks = (min(run.peak_mib for run in ours), min(run.peak_mib for run in plain))
    yield compared_line("peak memory, MiB", peaks, ".0f", MOST_OF_MEMORY)
    yield "  memory: resident memory of Python and Node added up, the highest of samples every 10 ms"


def compared_line(name: str, figures: tuple[float, float], form: str, target: float) -> str:
    """One line of the table."""
    ratio = figures[0] / figures[1] if figures[1] else 0.0
    numbers = "".join(f"{figure:>11{form}}" for figure in figures)
    return f"  {name:<27}{numbers}{ratio:>9.2f}   ≤ {target:.2f}  {verdict(met=0 < ratio <= target)}"


def by_size(environ: Mapping[str, str]) -> Iterator[str]:
    """Stacks of many alarms: does the time of one alarm depend on how many there are."""
    yield f"stacks of {FEW:,} and {MANY:,} alarms, python -O, from plain values to policy findings"
    rounds = [{count: alarms(count, environ) for count in COUNTS} for _ in range(ROUNDS)]
    best = {count: min((each[count] for each in rounds), key=lambda run: run["seconds"]) for count in COUNTS}
    each_ms = {count: best[count]["seconds"] / count * 1000 for count in COUNTS}
    for count in COUNTS:
        met = verdict(met=each_ms[count] <= MOST_MILLISECONDS)
        yield f"  {count:>6,} alarms  {each_ms[count]:>6.2f} ms an alarm   ≤ {MOST_MILLISECONDS:.2f}  {met}"
    growth = each_ms[MANY] / each_ms[FEW] - 1
    met = verdict(met=growth <= MOST_GROWTH)
    yield f"  growth         {growth:>+6.0%}               ≤ {MOST_GROWTH:+.0%}  {met}"
    yield f"  best of {ROUNDS} alternating runs, less the time of a stack without alarms and start-up"
    for count in COUNTS:
        yield from shares(count, best[count])


def alarms(count: int, environ: Mapping[str, str]) -> dict[str, Any]:
    """One run of `many_alarms`."""
    run = measured([sys.executable, "-O", "-m", "tests.bench.many_alarms", str(count)], ROOT, environ)
    answer: dict[str, Any] = json.loads(run.output.splitlines()[-1])
    return answer


def shares(count: int, run: Mapping[str, Any]) -> Iterator[str]:
    """Where the time went. `app.synth` is one jsii call, so it is taken out of the others."""
    parts = run["parts"]
    calls = parts["jsii"] - parts["app.synth"]
    spent = {
        "Node at work on jsii calls": parts["node"] - parts["app.synth"],
        "jsii's Python side: JSON and types": parts["jsii"] - parts["node"],
        "bindings and our constructs": parts["alarms"] - calls - parts["rendering"],
        "rendering": parts["rendering"],
        "app.synth": parts["app.synth"],
        "policies": parts["policies"],
    }
    total = parts["synthesis"] + parts["policies"]
    spent["the rest: other resources, reading the result"] = total - sum(spent.values())
    yield f"  {count:,} alarms, {run['jsii_calls']:,} jsii calls:"
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        yield f"    {max(seconds, 0) / total:>4.0%}  {seconds / count * 1000:>5.2f} ms  {name}"


def verdict(*, met: bool) -> str:
    """Whether a target is met."""
    return "met" if met else "MISSED"


def only_stack(folder: Path) -> dict[str, Any]:
    """The Terraform of the one stack below a folder."""
    (path,) = folder.glob("stacks/*/cdk.tf.json")
    stack: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return stack


def kinds(terraform: Mapping[str, Any]) -> Counter[str]:
    """How many resources there are of each type."""
    return Counter({kind: len(named) for kind, named in terraform["resource"].items()})


if __name__ == "__main__":
    sys.exit(main())
