"""Real plans by real Terraform, without an AWS: against a state that is written as Terraform writes it.

The state comes from a plan of the stack against nothing, with the ids and ARNs put in that AWS would
give. Then `terraform plan -refresh=false` compares any other stack with it, and asks nobody.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from ops.terraform import Terraform

Tree = dict[str, Any]

ACCOUNT, REGION = "111122223333", "us-east-1"
PROVIDER = {
    "region": REGION,
    "access_key": "mock-access",
    "secret_key": "mock-secret",
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
}
REFERENCE = re.compile(r"\$\{([a-z]\w+)\.([\w-]+)\.(\w+)\}")
QUIET = ("-input=false", "-no-color", "-lock=false")

# What AWS makes of a name, by type: its ARN.
ARNS = {
    "aws_cloudwatch_composite_alarm": "cloudwatch:{region}:{account}:alarm:{alarm_name}",
    "aws_cloudwatch_event_rule": "events:{region}:{account}:rule/{name}",
    "aws_cloudwatch_log_group": "logs:{region}:{account}:log-group:{name}",
    "aws_cloudwatch_metric_alarm": "cloudwatch:{region}:{account}:alarm:{alarm_name}",
    "aws_iam_role": "iam::{account}:role/{name}",
    "aws_kms_key": "kms:{region}:{account}:key/{key}",
    "aws_lambda_function": "lambda:{region}:{account}:function:{function_name}",
    "aws_scheduler_schedule": "scheduler:{region}:{account}:schedule/{group_name}/{name}",
    "aws_secretsmanager_secret": "secretsmanager:{region}:{account}:secret:{name}",
    "aws_sns_topic": "sns:{region}:{account}:{name}",
    "aws_sns_topic_subscription": "sns:{region}:{account}:subscription/{key}",
    "aws_sqs_queue": "sqs:{region}:{account}:{name}",
}
IDENTITY = {"aws_kms_key": ("key_id",), "aws_sqs_queue": ("url",)}


def offline(stack: Tree) -> Tree:
    """The stack with a provider that asks nobody, and its state in a file beside it."""
    made = copy.deepcopy(stack)
    tags = made["provider"]["aws"][0].get("default_tags", [])
    made["provider"]["aws"] = [{**PROVIDER, "default_tags": tags}]
    made["terraform"].pop("backend", None)
    made.pop("output", None)
    return made


@dataclass
class Lab:
    """A folder where the provider is ready; each plan is made in a copy of it."""

    folder: Path
    terraform: Terraform

    def __post_init__(self) -> None:
        self._numbers = count()

    def prepare(self, stack: Tree, child: Tree) -> None:
        """Fetch the provider and the module once."""
        (self.folder / "child").mkdir(parents=True)
        (self.folder / "child" / "main.tf.json").write_text(json.dumps(child))
        (self.folder / "main.tf.json").write_text(json.dumps(stack))
        self.terraform.init(self.folder)

    def plan(self, stack: Tree, state: Tree | None = None, *options: str) -> Tree:
        """What `terraform show -json` prints of a plan that takes a state to a stack."""
        folder = self.folder.parent / f"{self.folder.name}-{next(self._numbers)}"
        shutil.copytree(self.folder, folder, symlinks=True)
        (folder / "main.tf.json").write_text(json.dumps(stack, indent=1))
        if state is not None:
            (folder / "terraform.tfstate").write_text(json.dumps(state))
        self.terraform.run(folder, "plan", "-refresh=false", "-out=made.plan", *QUIET, *options)
        plan: Tree = json.loads(self.terraform.run(folder, "show", "-json", "made.plan"))
        return plan


def state_of(stack: Tree, plan: Tree, **extra: Tree) -> Tree:
    """The state once a plan of a stack against nothing is applied; `extra` by resource name."""
    unknown = {one["address"]: one["change"]["after_unknown"] for one in plan["resource_changes"]}
    wanted = literal(stack)["resource"]
    return {
        "version": 4,
        "terraform_version": plan["terraform_version"],
        "serial": 1,
        "lineage": "00000000-0000-0000-0000-000000000000",
        "outputs": {},
        "resources": [
            _kept(module, item, unknown[item["address"]], wanted, extra.get(item["name"], {}))
            for module, item in _planned(plan["planned_values"]["root_module"])
        ],
    }


def only(stack: Tree, state: Tree) -> Tree:
    """The part of a state that a stack's own resources have."""
    own = {(kind, name) for kind, items in stack["resource"].items() for name in items}
    kept = [one for one in state["resources"] if (one["type"], one["name"]) in own and "module" not in one]
    return state | {"resources": kept}


def _planned(module: Tree) -> Iterator[tuple[str, Tree]]:
    for item in module.get("resources", ()):
        yield module.get("address", ""), item
    for child in module.get("child_modules", ()):
        yield from _planned(child)


def _kept(module: str, item: Tree, unknown: Tree, wanted: Tree, extra: Tree) -> Tree:
    kind, name = item["type"], item["name"]
    body = {} if module else wanted.get(kind, {}).get(name, {})
    values = _filled(item["values"], unknown, body)
    own = identity(kind, name, values)
    names = ("id",) if kind == "terraform_data" else ("arn", "id", *IDENTITY.get(kind, ()))
    values |= {key: values.get(key) or own[key] for key in names}
    if kind == "terraform_data":
        # Values of any type are kept with their type.
        typed = {"value": values["input"], "type": "number" if isinstance(values["input"], int) else "string"}
        values |= {"input": typed, "output": typed}
    return {
        **({"module": module} if module else {}),
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider": f'provider["{item["provider_name"]}"]',
        "instances": [
            {
                "schema_version": item["schema_version"],
                "attributes": values | AS_READ.get(kind, {}),
                **({"index_key": item["index"]} if "index" in item else {}),
                **extra,
            }
        ],
    }


# What AWS answers where the configuration says nothing.
AS_READ: dict[str, Tree] = {
    "aws_scheduler_schedule": {"flexible_time_window": [{"mode": "OFF", "maximum_window_in_minutes": 0}]},
    "aws_iam_role": {"managed_policy_arns": []},
}


def _filled(value: Any, unknown: Any, wanted: Any) -> Any:
    """The value with what the plan does not know taken from the configuration."""
    if unknown is True:
        return wanted
    if isinstance(value, dict):
        unknown = unknown or {}
        wanted = wanted[0] if isinstance(wanted, list) and wanted else wanted or {}
        return {
            key: _filled(value.get(key), unknown.get(key), wanted.get(key)) for key in {**value, **unknown}
        }
    if isinstance(value, list) and isinstance(unknown, list):
        wanted = wanted if isinstance(wanted, list) else [wanted]
        items = zip(value, unknown, wanted or [None] * len(value), strict=False)
        return [_filled(*item) for item in items]
    return value


def literal(stack: Tree) -> Tree:
    """The stack with its references replaced by what they will be once it is applied."""
    named = {(kind, name): body for kind, items in stack["resource"].items() for name, body in items.items()}

    def known(match: re.Match[str]) -> str:
        kind, name, attribute = match.groups()
        body = named[kind, name]
        if kind == "terraform_data":
            return str(body["input"])
        value = body.get(attribute) if attribute != "id" else None
        return json.dumps(str(value or identity(kind, name, body)[attribute]))[1:-1]

    text = json.dumps(stack["resource"])
    while (found := REFERENCE.sub(known, text)) != text:
        text = found
    return stack | {"resource": json.loads(text)}


def identity(kind: str, name: str, values: Tree) -> Tree:
    """What AWS gives a resource."""
    words = {"region": REGION, "account": ACCOUNT, "key": name} | values
    arn = f"arn:aws:{ARNS[kind].format(**words)}" if kind in ARNS else f"arn:aws:other:{name}"
    url = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{values.get('name')}"
    by_arn = ("aws_sns_topic", "aws_sns_topic_subscription", "aws_sns_topic_policy")
    ids = {"aws_sqs_queue": url} | dict.fromkeys(by_arn, arn)
    return {"arn": arn, "id": ids.get(kind, _called(name, values)), "url": url, "key_id": name}


def _called(name: str, values: Tree) -> str:
    keys = ("alarm_name", "function_name", "dashboard_name", "name", "bucket")
    return next((str(values[key]) for key in keys if values.get(key)), name)
