"""An account of AWS inside of this process: boto3 asks it as it asks AWS, and is answered in AWS's shapes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from boto3 import Session
from botocore import xform_name
from botocore.validate import ParamValidator

NUMBER, REGION = "111122223333", "us-east-1"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{NUMBER}:"

Item = dict[str, Any]
Made = datetime(2025, 10, 17, tzinfo=UTC)


@dataclass
class FakeAccount:
    """What exists, by kind, and what goes wrong.

    Attributes
    ----------
    page
        How many items a page has.
    faults
        By action: after how many calls, and the code of the error or an exception of boto3's own.
    asked
        How often each action was called.
    """

    number: str = NUMBER
    page: int = 100
    groups: list[Item] = field(default_factory=list)
    filters: list[Item] = field(default_factory=list)
    queries: list[Item] = field(default_factory=list)
    alarms: list[Item] = field(default_factory=list)
    composites: list[Item] = field(default_factory=list)
    dashboards: dict[str, str] = field(default_factory=dict)
    topics: dict[str, Item] = field(default_factory=dict)
    subscriptions: list[Item] = field(default_factory=list)
    listening: dict[str, Item] = field(default_factory=dict)
    queues: dict[str, Item] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    keys: dict[str, Item] = field(default_factory=dict)
    functions: dict[str, Item] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)
    mappings: list[Item] = field(default_factory=list)
    invoked: dict[str, Item] = field(default_factory=dict)
    roles: dict[str, Item] = field(default_factory=dict)
    role_policies: dict[tuple[str, str], Item] = field(default_factory=dict)
    secrets: dict[str, Item] = field(default_factory=dict)
    schedule_groups: dict[str, Item] = field(default_factory=dict)
    schedules: dict[tuple[str, str], Item] = field(default_factory=dict)
    policies: dict[str, Item] = field(default_factory=dict)
    targets: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[str, tuple[int, str | Exception]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def session(self) -> Session:
        session = Session(
            aws_access_key_id="mock-access", aws_secret_access_key="mock-secret", region_name=REGION
        )
        session.events.register("before-parameter-build", _keep)
        session.events.register("before-call", self._answer)
        return session

    def deny(self, *actions: str, code: str = "AccessDenied", after: int = 0) -> None:
        for action in actions:
            self.faults[action] = (after, code)

    def _answer(self, model: Any, context: Any, **_: Any) -> Any:
        action = f"{model.service_model.service_name}:{model.name}"
        after, fault = self.faults.get(action, (0, ""))
        asked = self.asked[action]
        self.asked[action] += 1
        if isinstance(fault, Exception):
            raise fault
        answer = (
            None if fault and asked >= after else getattr(self, f"_{xform_name(model.name)}")(context["told"])
        )
        if answer is None:
            code = (
                fault
                if fault and asked >= after
                else _ABSENT.get(model.service_model.service_name, "NotFound")
            )
            return _Http(400), {"Error": {"Code": code, "Message": f"{code} said of {model.name}"}}
        report = ParamValidator().validate(answer, model.output_shape)
        if report.has_errors():
            raise AssertionError(f"{action} does not answer so: {report.generate_report()}")
        return _Http(200), answer | {"ResponseMetadata": {"HTTPStatusCode": 200}}

    def _page(self, items: Sequence[Any], key: str, told: Item, token: str) -> Item:
        start = int(told.get(token) or told.get(token[0].upper() + token[1:]) or 0)
        end = start + self.page
        return {key: list(items[start:end])} | ({token: str(end)} if end < len(items) else {})

    # --- sts, logs ---------------------------------------------------------------------------------

    def _get_caller_identity(self, told: Item) -> Item:
        return {"Account": self.number, "Arn": f"arn:aws:iam::{self.number}:user/reader", "UserId": "A"}

    def _describe_log_groups(self, told: Item) -> Item:
        found = [one for one in self.groups if one["logGroupName"].startswith(told["logGroupNamePrefix"])]
        return self._page(found, "logGroups", told, "nextToken")

    def _describe_metric_filters(self, told: Item) -> Item | None:
        group = told["logGroupName"]
        if group not in {one["logGroupName"] for one in self.groups}:
            return None
        found = [one for one in self.filters if one["logGroupName"] == group]
        return self._page(found, "metricFilters", told, "nextToken")

    def _describe_query_definitions(self, told: Item) -> Item:
        found = [one for one in self.queries if one["name"].startswith(told["queryDefinitionNamePrefix"])]
        return self._page(found, "queryDefinitions", told, "nextToken")

    # --- cloudwatch --------------------------------------------------------------------------------

    def _describe_alarms(self, told: Item) -> Item:
        names, start, acts = (
            told.get("AlarmNames"),
            told.get("AlarmNamePrefix", ""),
            told.get("ActionPrefix", ""),
        )
        found = [
            one
            for one in (*self.alarms, *self.composites)
            if (names is None or one["AlarmName"] in names)
            and one["AlarmName"].startswith(start)
            and (not acts or any(action.startswith(acts) for action in one.get("AlarmActions", ())))
        ]
        page = self._page(found, "MetricAlarms", told, "NextToken")
        items = page.pop("MetricAlarms")
        rules = [one for one in items if "AlarmRule" in one]
        return page | {"MetricAlarms": [one for one in items if one not in rules], "CompositeAlarms": rules}

    def _list_dashboards(self, told: Item) -> Item:
        found = [name for name in sorted(self.dashboards) if name.startswith(told["DashboardNamePrefix"])]
        return self._page([{"DashboardName": name} for name in found], "DashboardEntries", told, "NextToken")

    def _get_dashboard(self, told: Item) -> Item:
        name = told["DashboardName"]
        return {"DashboardName": name, "DashboardBody": self.dashboards[name]}

    # --- sns, sqs ----------------------------------------------------------------------------------

    def _list_topics(self, told: Item) -> Item:
        found = [{"TopicArn": TOPIC_ARN + name} for name in self.topics]
        return self._page(found, "Topics", told, "NextToken")

    def _get_topic_attributes(self, told: Item) -> Item | None:
        attributes = self.topics.get(told["TopicArn"].rpartition(":")[2])
        return None if attributes is None else {"Attributes": attributes}

    def _list_subscriptions_by_topic(self, told: Item) -> Item | None:
        if told["TopicArn"].rpartition(":")[2] not in self.topics:
            return None
        found = [one for one in self.subscriptions if one["TopicArn"] == told["TopicArn"]]
        return self._page(found, "Subscriptions", told, "NextToken")

    def _get_subscription_attributes(self, told: Item) -> Item:
        return {"Attributes": self.listening.get(told["SubscriptionArn"], {})}

    def _list_queues(self, told: Item) -> Item:
        found = [self.url(name) for name in self.queues if name.startswith(told["QueueNamePrefix"])]
        return self._page(found, "QueueUrls", told, "NextToken")

    def _get_queue_attributes(self, told: Item) -> Item:
        return {"Attributes": self.queues[told["QueueUrl"].rpartition("/")[2]]}

    def url(self, queue: str) -> str:
        return f"https://sqs.{REGION}.amazonaws.com/{self.number}/{queue}"

    # --- kms ---------------------------------------------------------------------------------------

    def _list_aliases(self, told: Item) -> Item:
        found = [
            {"AliasName": name, "AliasArn": f"arn:aws:kms:{REGION}:{self.number}:{name}", "TargetKeyId": key}
            for name, key in self.aliases.items()
        ]
        page = self._page(found, "Aliases", told, "Marker")
        token = page.pop("Marker", None)
        return page | ({"NextMarker": token, "Truncated": True} if token else {"Truncated": False})

    def _describe_key(self, told: Item) -> Item:
        return {"KeyMetadata": {"KeyId": told["KeyId"], **self.keys[told["KeyId"]]["about"]}}

    def _get_key_policy(self, told: Item) -> Item:
        return {"Policy": self.keys[told["KeyId"]]["policy"]}

    def _get_key_rotation_status(self, told: Item) -> Item:
        return {"KeyRotationEnabled": self.keys[told["KeyId"]]["rotated"]}

    # --- functions, roles, schedules, secrets ------------------------------------------------------

    def _get_function_concurrency(self, told: Item) -> Item:
        name = told["FunctionName"]
        return {"ReservedConcurrentExecutions": self.reserved[name]} if name in self.reserved else {}

    def _get_function_configuration(self, told: Item) -> Item | None:
        return self.functions.get(told["FunctionName"])

    def _list_event_source_mappings(self, told: Item) -> Item:
        found = [one for one in self.mappings if one["FunctionArn"].endswith(f":{told['FunctionName']}")]
        page = self._page(found, "EventSourceMappings", told, "Marker")
        token = page.pop("Marker", None)
        return page | ({"NextMarker": token} if token else {})

    def _get_function_event_invoke_config(self, told: Item) -> Item | None:
        return self.invoked.get(told["FunctionName"])

    def _get_role(self, told: Item) -> Item | None:
        role = self.roles.get(told["RoleName"])
        return None if role is None else {"Role": role}

    def _get_role_policy(self, told: Item) -> Item | None:
        document = self.role_policies.get((told["RoleName"], told["PolicyName"]))
        return None if document is None else {**told, "PolicyDocument": json.dumps(document)}

    def _describe_secret(self, told: Item) -> Item | None:
        return self.secrets.get(told["SecretId"])

    def _get_schedule_group(self, told: Item) -> Item | None:
        return self.schedule_groups.get(told["Name"])

    def _get_schedule(self, told: Item) -> Item | None:
        return self.schedules.get((told["GroupName"], told["Name"]))

    # --- organizations -----------------------------------------------------------------------------

    def _list_policies(self, told: Item) -> Item:
        found = [{"Id": number, "Name": one["name"]} for number, one in self.policies.items()]
        return self._page(found, "Policies", told, "NextToken")

    def _describe_policy(self, told: Item) -> Item:
        one = self.policies[told["PolicyId"]]
        summary = {"Id": told["PolicyId"], "Name": one["name"], "Type": "TAG_POLICY"}
        return {"Policy": {"PolicySummary": summary, "Content": one["content"]}}

    def _list_targets_for_policy(self, told: Item) -> Item:
        found = [{"TargetId": one} for one in self.targets.get(told["PolicyId"], ())]
        return self._page(found, "Targets", told, "NextToken")


# How each service says that there is no such thing.
_ABSENT = {
    "iam": "NoSuchEntity",
    "lambda": "ResourceNotFoundException",
    "logs": "ResourceNotFoundException",
    "scheduler": "ResourceNotFoundException",
    "secretsmanager": "ResourceNotFoundException",
}


def _keep(params: Any, context: Any, **_: Any) -> None:
    context["told"] = dict(params)


@dataclass(frozen=True)
class _Http:
    status_code: int
