"""Reviews a plan of many resources and prints the seconds of each step, as JSON.

`python -O -m tests.bench.review_plans COUNT`, in a process of its own. One resource in ten changes.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ops.review import Effect, read, review
from ops.review.costs import costs
from ops.review.findings import findings
from ops.review.json_report import as_json
from ops.review.markdown import LIMIT, markdown
from tests.bench.processes import measured
from tests.builders import good_context, good_monitoring, good_settings

TAGS = {"Environment": "prod", "ManagedBy": "cdktf", "Owner": "platform", "Project": "scheduling-agent"}
TOPIC = "arn:aws:sns:us-east-1:111122223333:scheduling-agent-{}"
ROUTES = ("critical", "warning", "info", "delivery")
COMPUTED = ("arn", "id", "tags_all")
COUNT = 10_000
CHANGED_ONE_IN = 10
MOST_SECONDS = 2.0

Tree = dict[str, Any]
Result = TypeVar("Result")


def plan(count: int) -> Tree:
    """A plan with so many resources, in the shape that Terraform prints."""
    resources = [_topic(route) for route in ROUTES]
    resources += [_alarm(number, 5) for number in range(count - len(resources))]
    after = [*resources[: len(ROUTES)], *map(_raised, resources[len(ROUTES) :])]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [_shown(*one) for one in after]}},
        "resource_changes": [_change(*pair) for pair in zip(resources, after, strict=True)],
        "prior_state": {"values": {"root_module": {"resources": [_shown(*one) for one in resources]}}},
        "configuration": {
            "provider_config": {"aws": {"expressions": {"region": {"constant_value": "us-east-1"}}}},
            "root_module": {"resources": [_configured(*one) for one in after]},
        },
    }


def _topic(route: str) -> tuple[str, Tree]:
    arn, tags = TOPIC.format(route), {"Route": route}
    values = {"arn": arn, "id": arn, "name": f"scheduling-agent-{route}", "kms_master_key_id": "key"}
    return f"aws_sns_topic.{route}", {**values, "tags": tags, "tags_all": TAGS | tags}


def _alarm(number: int, threshold: float) -> tuple[str, Tree]:
    tags = {"Severity": "critical", "Role": "page"}
    name = f"scheduling-agent-errors-{number:05}"
    return f"aws_cloudwatch_metric_alarm.errors-{number:05}", {
        "actions_enabled": True,
        "alarm_actions": [TOPIC.format("critical")],
        "alarm_description": f"Function {number} fails. Runbook: docs/runbooks/lambda-errors.md",
        "alarm_name": name,
        "arn": f"arn:aws:cloudwatch:us-east-1:111122223333:alarm:{name}",
        "comparison_operator": "GreaterThanThreshold",
        "datapoints_to_alarm": 1,
        "dimensions": {"FunctionName": f"function-{number:05}"},
        "evaluate_low_sample_count_percentiles": "",
        "evaluation_periods": 1,
        "extended_statistic": "",
        "id": name,
        "insufficient_data_actions": [],
        "metric_name": "Errors",
        "metric_query": [],
        "namespace": "AWS/Lambda",
        "ok_actions": [TOPIC.format("critical")],
        "period": 300,
        "statistic": "Sum",
        "tags": tags,
        "tags_all": TAGS | tags,
        "threshold": threshold,
        "threshold_metric_id": "",
        "treat_missing_data": "notBreaching",
        "unit": "",
    }


def _raised(one: tuple[str, Tree]) -> tuple[str, Tree]:
    address, values = one
    return _alarm(int(address[-5:]), 8) if int(address[-5:]) % CHANGED_ONE_IN == 0 else (address, values)


def _shown(address: str, values: Tree) -> Tree:
    kind, _, name = address.partition(".")
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "schema_version": 1,
        "values": values,
        "sensitive_values": _marks(values),
    }


def _change(one: tuple[str, Tree], other: tuple[str, Tree]) -> Tree:
    change = {
        "actions": ["no-op" if one == other else "update"],
        "before": one[1],
        "after": other[1],
        "after_unknown": {},
        "before_sensitive": _marks(one[1]),
        "after_sensitive": _marks(other[1]),
    }
    kind, _, name = one[0].partition(".")
    return {"address": one[0], "mode": "managed", "type": kind, "name": name, "change": change}


def _marks(values: Tree) -> Tree:
    return {
        key: {} if isinstance(value, dict) else [] for key, value in values.items() if value in ({}, [])
    } | {
        "tags": {},
        "tags_all": {},
    }


def _configured(address: str, values: Tree) -> Tree:
    kind, _, name = address.partition(".")
    own = {key: value for key, value in values.items() if key not in COMPUTED and value not in ("", [])}
    given = {key: {"constant_value": value} for key, value in own.items()}
    return {"address": address, "mode": "managed", "type": kind, "name": name, "expressions": given}


def timed(seconds: dict[str, float], name: str, step: Callable[[], Result]) -> Result:
    """The result of a step, with its time noted."""
    start = time.perf_counter()
    result = step()
    seconds[name] = time.perf_counter() - start
    return result


def by_review(root: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """The command's steps, for a plan of many resources."""
    command = [sys.executable, "-O", "-m", "tests.bench.review_plans", str(COUNT)]
    run = json.loads(measured(command, root, environ).output)
    verdict = "met" if run["total"] <= MOST_SECONDS else "MISSED"
    yield f"review of a plan of {COUNT:,} resources, one in {CHANGED_ONE_IN} changed, after import"
    yield f"  {run['total']:.2f} s (target {MOST_SECONDS:g} s: {verdict})"
    for name, seconds in run["seconds"].items():
        yield f"    {seconds:>5.2f} s  {name}"


def main(count: int) -> None:
    """Review once, as the command does."""
    settings = good_settings()
    context = good_context(settings, good_monitoring())
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(json.dumps(plan(count)), "utf-8")
        gc.disable()
        made = timed(seconds, "reading", lambda: read(path))
        timed(seconds, "resources", lambda: made.stack)
        broken = timed(seconds, "policies", lambda: findings(made, context))
        priced = timed(seconds, "costs", lambda: costs(settings, made, None))
        found = timed(seconds, "judging", lambda: review(made, findings=broken, sections=[priced]))
        text = timed(seconds, "Markdown", lambda: markdown(found))
        timed(seconds, "JSON", lambda: as_json(found))
    weakened = found.counts[Effect.WEAKENED]
    if weakened != len(range(0, count - len(ROUTES), CHANGED_ONE_IN)) or len(text.encode()) > LIMIT:
        raise RuntimeError(f"{weakened} weakenings in {len(text)} characters")
    print(json.dumps({"seconds": seconds, "total": sum(seconds.values())}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
