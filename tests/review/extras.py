"""What goes beyond one change of one resource: moves, imports, unknown and sensitive values, modules."""

from __future__ import annotations

import copy
from typing import Any

from tests.review.cases import ALARM, CRITICAL_ARN, SUBSCRIPTION, TOPIC, good_alarm

Tree = dict[str, Any]

PAGER_KEY = "0123456789abcdef0123456789abcdef"
OLD_PAGER = f"https://events.pagerduty.com/integration/{PAGER_KEY}/enqueue"
NEW_PAGER = "https://events.pagerduty.com/integration/fedcba9876543210fedcba9876543210/enqueue"
OLD_WORD, NEW_WORD = "correct horse battery", "staple correct horse"
HOOK = "https://hooks.slack.com/services/T0000/B0000/abcdefghijklmnop"
AWS_KEY = "AKIAABCDEFGHIJKLMNOP"
DATABASE = "postgres://monitor:hunter2hunter@db.example/app"
# Nothing of these may ever be printed.
SECRETS = (
    OLD_PAGER,
    NEW_PAGER,
    PAGER_KEY,
    OLD_WORD,
    NEW_WORD,
    HOOK,
    AWS_KEY,
    "hunter2hunter",
    "abcdefghijklmnop",
)

EVIL = "a|b`c<script>@team https://evil.example"

CHILD: Tree = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
    "variable": {"threshold": {"type": "number"}},
    "resource": {
        TOPIC: {"inner": {"name": "lab-inner", "tags": {"Route": "warning"}}},
        ALARM: {
            "inner": {
                **good_alarm("inner"),
                "threshold": "${var.threshold}",
                "alarm_actions": ["${aws_sns_topic.inner.arn}"],
                "ok_actions": ["${aws_sns_topic.inner.arn}"],
            }
        },
    },
}


def before(stack: Tree) -> Tree:
    made = _common(stack, word=OLD_WORD, pager=OLD_PAGER, threshold=5)
    alarms = made["resource"][ALARM]
    alarms["mover-old"] = good_alarm("mover")
    alarms["forgotten"] = good_alarm("forgotten")
    alarms["readdressed-old"] = good_alarm("readdressed")
    alarms["uncertain"] = good_alarm("uncertain")
    made["resource"]["terraform_data"] = {"plain": {"input": "one"}}
    made["resource"][TOPIC]["tainted"] = {"name": "lab-tainted", "tags": {"Route": "info"}}
    return made


def after(stack: Tree) -> Tree:
    made = _common(stack, word=NEW_WORD, pager=NEW_PAGER, threshold=9)
    alarms = made["resource"][ALARM]
    alarms["mover-new"] = good_alarm("mover", threshold=6000)
    alarms["readdressed-new"] = good_alarm("readdressed")
    alarms["uncertain"] = good_alarm("uncertain", threshold="${terraform_data.figure.output}")
    alarms["each"] = good_alarm("${each.value}", for_each={EVIL: "each"})
    made["resource"]["terraform_data"] = {"plain": {"input": "two"}, "figure": {"input": 7000}}
    made["resource"][TOPIC]["tainted"] = {"name": "lab-tainted", "tags": {"Route": "info"}}
    return made


def _common(stack: Tree, *, word: str, pager: str, threshold: int) -> Tree:
    """Secrets of all sorts, with a new value each."""
    made = copy.deepcopy(stack)
    made["variable"] = {
        name: {"type": "string", "sensitive": True, "default": value}
        for name, value in (("word", word), ("pager", pager))
    }
    made["module"] = {"child": {"source": "./child", "for_each": {"a": "a"}, "threshold": threshold}}
    resources = made["resource"]
    resources[ALARM]["marked"] = good_alarm("marked", alarm_description="Say ${var.word} to the door")
    resources[ALARM]["looks"] = good_alarm(
        "looks", alarm_description=f"See {HOOK} or {DATABASE} ({threshold})"
    )
    resources[ALARM]["keyed"] = good_alarm("keyed", tags={"Severity": "critical", AWS_KEY: str(threshold)})
    resources[SUBSCRIPTION]["pager"] = {
        "topic_arn": CRITICAL_ARN,
        "protocol": "https",
        "endpoint": "${var.pager}",
        "endpoint_auto_confirms": True,
    }
    resources.setdefault("aws_ssm_parameter", {})["marked"] = {
        "name": "marked",
        "type": "SecureString",
        "value": f"{word} indeed",
    }
    return made


# How Terraform keeps what the plan of a state has to know of single instances.
INSTANCES: dict[str, Tree] = {
    "pager": {"sensitive_attributes": [[{"type": "get_attr", "value": "endpoint"}]]},
    "marked": {"sensitive_attributes": [[{"type": "get_attr", "value": "alarm_description"}]]},
}


def moved(stack: Tree) -> Tree:
    """The stack with blocks that move, forget and import."""
    made = copy.deepcopy(stack)
    made["resource"]["terraform_data"]["imported"] = {}
    made["moved"] = [{"from": f"{ALARM}.mover-old", "to": f"{ALARM}.mover-new"}]
    made["removed"] = [{"from": f"{ALARM}.forgotten", "lifecycle": {"destroy": False}}]
    made["import"] = [{"to": "terraform_data.imported", "id": "known-id"}]
    return made
