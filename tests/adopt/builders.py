"""Accounts as the setup script left them, stacks to look for, and a look."""

from __future__ import annotations

import json
import re
from typing import Any

from ops.adopt.accounts import Account
from ops.adopt.adoption import Adoption, adoption
from ops.adopt.gathering import gather
from ops.adopt.wanted import Wanted
from tests.adopt import scripts
from tests.adopt.accounts import NUMBER, REGION, TOPIC_ARN, FakeAccount

EMAIL = "ops@team.example"
TOPIC = f"{scripts.PREFIX}-alarms"
QUERY_ID = "269951d7-6f75-496d-9d7b-6b7a5486bdbd"
QUERY_ARN = f"arn:aws:logs:{REGION}:{NUMBER}:query-definition:{QUERY_ID}"

Tree = dict[str, Any]


def after_the_script() -> FakeAccount:
    """What the script made, with one subscriber who has confirmed and one who has not."""
    topic = TOPIC_ARN + TOPIC
    return FakeAccount(
        groups=[group(f"/aws/{scripts.PREFIX}/{name}") for name in scripts.GROUPS],
        filters=[scripts.filter_of(*one) for one in scripts.FILTERS],
        alarms=[scripts.alarm_of(one, topic) for one in scripts.ALARMS],
        dashboards={f"{scripts.PREFIX}-dashboard": json.dumps(scripts.DASHBOARD)},
        topics={TOPIC: {"TopicArn": topic, "DisplayName": "", "Policy": "{}"}},
        subscriptions=[
            subscription("email", EMAIL, f"{topic}:1"),
            subscription("email", "late@team.example", "PendingConfirmation"),
        ],
        queries=[query("Slow Requests", QUERY_ID)],
    )


def group(name: str, **more: Any) -> Tree:
    return {"logGroupName": name, "retentionInDays": 30, "logGroupClass": "STANDARD", **more}


def query(name: str, number: str, saved: int = 1, on: str = scripts.BACKEND) -> Tree:
    return {
        "name": name,
        "queryDefinitionId": number,
        "queryString": scripts.QUERY,
        "lastModified": saved,
        "logGroupNames": [on],
    }


def subscription(protocol: str, endpoint: str, arn: str, topic: str = TOPIC) -> Tree:
    return {
        "TopicArn": TOPIC_ARN + topic,
        "Protocol": protocol,
        "Endpoint": endpoint,
        "SubscriptionArn": arn,
        "Owner": NUMBER,
    }


def keeping_the_topic(stack: Tree) -> Tree:
    """The stack as configuration makes it that keeps the script's topic as the critical one."""
    text = re.sub(rf"(?<![\w-]){scripts.PREFIX}-critical(?![\w-])", TOPIC, json.dumps(stack))
    kept: Tree = json.loads(text)
    return kept


def looked(
    account: FakeAccount,
    stack: Tree,
    *,
    prefix: str = scripts.PREFIX,
    topic_chosen: bool = True,
    others: tuple[str, ...] = (f"{scripts.PREFIX}-staging",),
) -> Adoption:
    """What becomes of what is in an account."""
    reader = Account(account.session(), REGION)
    wanted = Wanted(stack, reader.place(), prefix, others)
    return adoption(wanted, gather(reader, wanted), topic_chosen=topic_chosen)


def ids(found: Adoption) -> dict[str, str]:
    return {address: find.import_id for address, find in found.imported.items()}
