"""Permissions that AWS requires in addition to the call itself: those of tags, keys and dependent calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from botocore.model import OperationModel, Shape
from botocore.session import Session

from modules.settings import Settings
from ops.pulls import documents
from tests.builders import good_settings, monitorings
from tests.pulls.folders import ACCOUNT, DEPLOYED
from tests.pulls.iam import EVERYTHING, actions, allows, document

Tree = dict[str, Any]

PURPOSES = ("plan", "apply")
SOURCES: Tree = yaml.safe_load(documents.FILE.read_text("utf-8"))["sources"]
SESSION = Session()


def operation(action: str) -> OperationModel | None:
    service, name = action.split(":")
    model = SESSION.get_service_model(service)
    return model.operation_model(name) if name in model.operation_names else None


def page(action: str) -> str | None:
    """The page of AWS that requires an action, as permissions.yaml cites it."""
    needed = SOURCES["needed"].get(action, action)
    if needed.startswith("https:"):
        return str(needed)
    service, name = needed.split(":")
    address = SOURCES["operations"].get(service)
    return address.format(name) if address and operation(needed) else None


def test_every_action_has_a_page_of_aws_that_requires_it(settings: Settings, resources: Tree) -> None:
    locked = good_settings(
        EVERYTHING
        | {
            "terraform": {
                "backend": DEPLOYED["terraform"]["backend"] | {"dynamodb_table": "locks"},
            }
        }
    )
    found = actions(document(settings, resources, "apply")) | actions(document(locked, resources, "apply"))
    pages = {action: page(action) for action in found}
    address = re.compile(r"https://docs\.aws\.amazon\.com/[\w/-]+\.html")
    assert {action for action, text in pages.items() if not (text and address.fullmatch(text))} == set()
    assert "dynamodb:PutItem" in pages


def test_no_source_is_left_over(settings: Settings, resources: Tree) -> None:
    found = actions(document(settings, resources, "apply"))
    assert SOURCES["needed"].keys() - found == set()
    assert SOURCES["operations"].keys() - {action.split(":")[0] for action in found} == {"dynamodb"}


# What the documentation of these operations names, and this project does not need.
_VERSIONS = "for versions of objects by their number"
NOT_NEEDED = {
    ("cloudwatch:PutMetricAlarm", "iam:CreateServiceLinkedRole"): "for actions on instances and incidents",
    ("kms:GetKeyPolicy", "kms:PolicyName"): "is a condition key",
    ("kms:PutKeyPolicy", "kms:PolicyName"): "is a condition key",
    (
        "lambda:GetEventSourceMapping",
        "kms:Decrypt",
    ): "for filters that are encrypted, of which there are none",
    ("logs:CreateLogGroup", "logs:TagLogGroup"): "is the older of two for the same",
    ("s3:DeleteObject", "s3:BypassGovernanceRetention"): "for objects that are locked",
    ("s3:DeleteObject", "s3:DeleteObjectVersion"): _VERSIONS,
    ("s3:GetObject", "kms:GenerateDataKey"): "for a bucket with a key, which docs/pull-requests.md explains",
    ("s3:GetObject", "kms:Decrypt"): "for a bucket with a key, which docs/pull-requests.md explains",
    ("s3:GetObject", "s3:GetObjectRetention"): "for objects that are locked",
    ("s3:GetObject", "s3:GetObjectVersion"): _VERSIONS,
    ("secretsmanager:CreateSecret", "secretsmanager:PutResourcePolicy"): "for replicas in other accounts",
    ("secretsmanager:CreateSecret", "secretsmanager:ReplicateSecretToRegions"): "for replicas",
} | {
    (f"lambda:{name}", f"s3:{permission}"): "for a role of a function that mounts a bucket"
    for name in (
        "CreateFunction",
        "GetFunction",
        "GetFunctionConfiguration",
        "ListVersionsByFunction",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
    )
    for permission in ("GetObject", "GetObjectVersion")
}
_ACTION = re.compile(r"\b([a-z0-9-]+:[A-Z]\w+)\b")


def shapes(shape: Shape | None, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The documentation of all members."""
    if shape is None or shape.name in seen:
        return
    seen |= {shape.name}
    for member in getattr(shape, "members", {}).values():
        yield member.documentation or ""
        yield from shapes(member, seen)
    if shape.type_name == "list":
        yield from shapes(shape.member, seen)


def required(action: str) -> set[str]:
    """The actions that the documentation of an operation names as permissions of its caller."""
    model = operation(action)
    if model is None:
        return set()
    texts = [model.documentation, *shapes(model.input_shape), *shapes(model.output_shape)]
    sentences = [part for text in texts for part in re.split(r"(?<=\.)\s", re.sub(r"<[^>]+>", "", text))]
    named = {name for part in sentences if "permission" in part for name in _ACTION.findall(part)}
    return {name for name in named if name.split(":")[0] in SESSION.get_available_services()}


def test_documentation_of_operations_is_understood() -> None:
    assert required("lambda:GetFunction") >= {"lambda:ListTags"}
    assert required("secretsmanager:CreateSecret") >= {"kms:GenerateDataKey", "kms:Decrypt"}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_roles_have_what_the_documentation_of_their_calls_requires(
    settings: Settings, resources: Tree, purpose: str
) -> None:
    found = actions(document(settings, resources, purpose))
    missing = {(action, name) for action in found for name in required(action) - found}
    assert missing - NOT_NEEDED.keys() == set()


# What is asked for the tags of a resource: a request of its own, or the permission without which AWS leaves
# them out of an answer.
TAGS = {
    "aws_cloudwatch_log_group": (
        "logs:ListTagsForResource",
        "logs",
        "log-group:/aws/scheduling-agent/backend",
    ),
    "aws_cloudwatch_metric_alarm": (
        "cloudwatch:ListTagsForResource",
        "cloudwatch",
        "alarm:scheduling-agent-x",
    ),
    "aws_iam_role": ("iam:GetRole", "iam", "role/{name}"),
    "aws_kms_key": ("kms:ListResourceTags", "kms", "key/1234"),
    "aws_lambda_event_source_mapping": ("lambda:ListTags", "lambda", "event-source-mapping:1234"),
    "aws_lambda_function": ("lambda:ListTags", "lambda", "function:{name}"),
    "aws_organizations_policy": ("organizations:ListTagsForResource", "organizations", "policy/o-1/p-1"),
    "aws_scheduler_schedule_group": (
        "scheduler:ListTagsForResource",
        "scheduler",
        "schedule-group/scheduling-agent",
    ),
    "aws_secretsmanager_secret": ("secretsmanager:DescribeSecret", "secretsmanager", "secret:{name}-a1B2c3"),
    "aws_sns_topic": ("sns:ListTagsForResource", "sns", "scheduling-agent-critical"),
    "aws_sqs_queue": ("sqs:ListQueueTags", "sqs", "{name}"),
}


def taggable(kind: str) -> bool:
    """Return whether a type of resource has tags, as the bindings of the provider declare it."""
    from modules.constructs._bindings import aws

    module = kind.removeprefix("aws_")
    made = aws(module, "".join(word.capitalize() for word in module.split("_")))
    return hasattr(made, "tags_all")


def test_every_type_with_tags_has_an_action_that_reads_them(resources: Tree) -> None:
    assert {kind for kind in resources if taggable(kind)} == TAGS.keys()


@pytest.mark.parametrize("kind", sorted(TAGS))
def test_plan_reads_the_tags_of_every_resource(settings: Settings, resources: Tree, kind: str) -> None:
    statements = document(settings, resources, "plan")
    action, service, pattern = TAGS[kind]
    attribute = documents.permissions()[kind].get("names", "//")
    region = "" if service in ("iam", "organizations") else "us-east-1"
    for body in resources[kind].values():
        name = pattern.format(name=body.get(attribute))
        assert allows(statements, action, f"arn:aws:{service}:{region}:{ACCOUNT}:{name}"), name


def test_every_type_that_takes_a_key_says_what_its_service_asks_of_the_caller(resources: Tree) -> None:
    keyed = {
        kind
        for kind, bodies in resources.items()
        if any("kms" in argument for body in bodies.values() for argument in body)
    }
    assert keyed == {
        "aws_cloudwatch_log_group",
        "aws_secretsmanager_secret",
        "aws_sns_topic",
        "aws_sqs_queue",
    }
    assert {kind for kind in keyed if "with_key" not in documents.permissions()[kind]} == set()


KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234"


@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"])
def test_apply_uses_any_key_of_the_account_by_way_of_secrets_manager_alone(
    settings: Settings, resources: Tree, action: str
) -> None:
    statements = document(settings, resources, "apply")

    def may(service: str, arn: str = KEY) -> bool:
        return allows(statements, action, arn, {"kms:ViaService": service})

    assert may("secretsmanager.us-east-1.amazonaws.com")
    assert not may("secretsmanager.us-east-1.amazonaws.com", KEY.replace(ACCOUNT, "9" * 12))
    assert not may("secretsmanager.eu-west-1.amazonaws.com")
    assert not may("lambda.us-east-1.amazonaws.com")
    assert not allows(statements, action, KEY)
    assert action not in actions(document(settings, resources, "plan"))


@pytest.mark.parametrize(
    ("partition", "regions", "expected"),
    [
        (
            "aws",
            ("us-east-1", "eu-west-1"),
            ["secretsmanager.eu-west-1.amazonaws.com", "secretsmanager.us-east-1.amazonaws.com"],
        ),
        ("aws-us-gov", ("us-gov-west-1",), "secretsmanager.us-gov-west-1.amazonaws.com"),
        (
            "aws-cn",
            ("cn-north-1",),
            ["secretsmanager.cn-north-1.amazonaws.com", "secretsmanager.cn-north-1.amazonaws.com.cn"],
        ),
    ],
)
def test_keys_are_used_in_the_regions_of_the_targets(
    partition: str, regions: tuple[str, ...], expected: list[str] | str
) -> None:
    targets = [{"region": region, "account": ACCOUNT, "partition": partition} for region in regions]
    settings = good_settings(DEPLOYED | {"targets": targets})
    pairs = [(settings, found) for found in monitorings(settings)]
    secret = {"aws_secretsmanager_secret": {"x": {"name": "x"}}}
    statements = documents.document(pairs, [secret], "apply")["Statement"]
    (grant,) = (grant for grant in statements if "kms:Decrypt" in grant["Action"])
    assert grant["Condition"]["StringEquals"]["kms:ViaService"] == expected
    assert grant["Resource"] == [f"arn:{partition}:kms:*:{ACCOUNT}:key/*"]
