"""The two roles: enough for Terraform, and no more than the stack's own resources need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from typer.testing import CliRunner

from modules.errors import ToolError
from modules.settings import Settings
from ops.pulls import commands, documents, parts, roles
from ops.pulls.grants import Grant, merged
from ops.pulls.targets import role_arn
from ops.pulls.trusts import trusts
from ops.terraform import Terraform
from tests.builders import ROOT, good_settings, monitorings, synthesized
from tests.pulls import folders
from tests.pulls.folders import ACCOUNT, DEPLOYED, NAME
from tests.pulls.iam import EVERYTHING, actions, allowed, allows, document
from tests.pulls.test_receipts import configured
from tests.tools import without

Tree = dict[str, Any]

REPOSITORY = "team/monitoring"
READS = ("Describe", "Get", "List")
# What goes by another name than its operation. Source: AWS, "Service Authorization Reference".
NO_OPERATION = {"iam:PassRole", "s3:ListBucket"}
# These give away what others keep, though their names begin harmlessly.
SECRETS = {"secretsmanager:GetSecretValue", "kms:Decrypt", "ssm:GetParameter", "logs:GetLogEvents"}


def listed() -> Iterator[str]:
    for entry in documents.permissions().values():
        for part in (entry, entry.get("anywhere", {})):
            yield from (action for kind in ("read", "write") for action in part.get(kind, ()))
        more = ("tagged", "making", "serving", "with_key")
        yield from (action for kind in more for action in entry.get(kind, ()))


def test_every_type_of_the_stack_has_an_entry(resources: Tree) -> None:
    missing = resources.keys() - documents.permissions().keys()
    assert not missing, "add to ops/pulls/permissions.yaml what Terraform asks AWS for these"


def test_type_without_an_entry_is_refused(settings: Settings) -> None:
    with pytest.raises(ToolError, match=r"permissions\.yaml: says nothing about aws_new_thing"):
        document(settings, {"aws_new_thing": {}, "aws_sns_topic": {}}, "plan")


def test_every_action_exists() -> None:
    session = Session()
    known = {name: session.get_service_model(name) for name in {action.split(":")[0] for action in listed()}}
    unknown = [one for one in listed() if one.split(":")[1] not in known[one.split(":")[0]].operation_names]
    assert unknown == []


def test_every_entry_has_the_keys_that_are_read() -> None:
    keys = {key for entry in documents.permissions().values() for key in entry}
    assert keys <= {
        "arns",
        "read",
        "write",
        "anywhere",
        "tagged",
        "making",
        "passes",
        "serving",
        "names",
        "of",
        "with_key",
    }


def test_role_that_plans_only_reads_and_sees_no_secret(settings: Settings, resources: Tree) -> None:
    found = actions(document(settings, resources, "plan"))
    assert [one for one in found if not one.split(":")[1].startswith(READS)] == []
    assert found & SECRETS == set()


def test_role_that_applies_sees_no_secret_either(settings: Settings, resources: Tree) -> None:
    """It decrypts by way of Secrets Manager alone, which it cannot ask for a value."""
    statements = document(settings, resources, "apply")
    assert actions(statements) & SECRETS == {"kms:Decrypt"}
    (decrypting,) = (grant for grant in statements if "kms:Decrypt" in grant["Action"])
    assert decrypting["Condition"] == {
        "StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}
    }


def test_role_that_applies_can_do_what_the_other_can(settings: Settings, resources: Tree) -> None:
    assert actions(document(settings, resources, "plan")) < actions(document(settings, resources, "apply"))


def test_only_named_resources_are_changed(settings: Settings, resources: Tree) -> None:
    """What takes no ARN is listed here, so that nobody adds to it unseen."""
    statements = document(settings, resources, "apply")
    everywhere = {
        action
        for one in statements
        if "*" in one["Resource"] and "Condition" not in one
        for action in one["Action"]
        if not action.split(":")[1].startswith(READS)
    }
    assert everywhere == {
        "logs:DeleteQueryDefinition",
        "logs:PutQueryDefinition",
        "organizations:AttachPolicy",
        "organizations:CreatePolicy",
        "organizations:DeletePolicy",
        "organizations:DetachPolicy",
        "organizations:TagResource",
        "organizations:UntagResource",
        "organizations:UpdatePolicy",
        "sns:SetSubscriptionAttributes",
        "sns:Unsubscribe",
    }
    assert allowed(statements, "cloudwatch:DeleteAlarms") == {
        f"arn:aws:cloudwatch:*:{ACCOUNT}:alarm:scheduling-agent-*"
    }


def test_keys_are_changed_by_their_tags(settings: Settings, resources: Tree) -> None:
    statements = document(settings, resources, "apply")
    (changing,) = [one for one in statements if "kms:PutKeyPolicy" in one["Action"]]
    (making,) = [one for one in statements if "kms:CreateKey" in one["Action"]]
    tags = {"Environment": "prod", "Project": "scheduling-agent"}
    asked, carried = (
        {f"aws:{kind}Tag/{key}": value for key, value in tags.items()} for kind in ("Request", "Resource")
    )
    assert changing["Condition"] == {"StringEquals": carried}
    assert making["Condition"] == {"StringEquals": asked, "StringEqualsIfExists": carried}
    tagging = [one for one in statements if "kms:TagResource" in one["Action"]]
    assert tagging == sorted([making, changing], key=lambda one: one["Action"])


def test_roles_are_passed_to_the_services_that_take_them_on(settings: Settings, resources: Tree) -> None:
    passing = [one for one in document(settings, resources, "apply") if "iam:PassRole" in one["Action"]]
    services = [one["Condition"]["StringEquals"]["iam:PassedToService"] for one in passing]
    assert sorted(services) == ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
    roles_of = [place for one in passing for place in one["Resource"]]
    assert len(roles_of) == len(set(roles_of)) == len(resources["aws_iam_role"])


def test_neither_role_can_change_a_role_of_the_deployment(settings: Settings, resources: Tree) -> None:
    (found,) = monitorings(settings)
    ours = {f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in names(resources, "aws_iam_role", "name")}
    statements = document(settings, resources, "apply")
    for action in (one for one in actions(statements) if one.startswith("iam:") and one != "iam:PassRole"):
        assert allowed(statements, action) == ours
    for purpose in ("plan", "apply"):
        assert role_arn(found, purpose) not in ours


def names(resources: Tree, kind: str, attribute: str) -> set[str]:
    return {body[attribute] for body in resources[kind].values()}


# What the application that is watched may call its own: the prefix begins these names, too.
THEIRS = {
    "lambda": "function:scheduling-agent-api",
    "sqs": "scheduling-agent-jobs",
    "secretsmanager": "secret:scheduling-agent/database-a1B2c3",
    "iam": "role/scheduling-agent-api",
}


@pytest.mark.parametrize("purpose", ["plan", "apply"])
def test_application_that_is_watched_is_out_of_reach(
    settings: Settings, resources: Tree, purpose: str
) -> None:
    statements = document(settings, resources, purpose)
    for service, theirs in THEIRS.items():
        region = "" if service == "iam" else "us-east-1"
        arn = f"arn:aws:{service}:{region}:{ACCOUNT}:{theirs}"
        named = [one for one in actions(statements) if one.startswith(f"{service}:")]
        places = {place for one in named for place in allowed(statements, one)}
        assert named
        assert [place for place in places if place != "*" and fnmatchcase(arn, place)] == []


# One action on each type that has a name, and the ARN that AWS compares.
REACHED = {
    ("aws_cloudwatch_dashboard", "dashboard_name", "cloudwatch:PutDashboard"): "cloudwatch::{}:dashboard/{}",
    ("aws_cloudwatch_log_group", "name", "logs:CreateLogGroup"): "logs:us-east-1:{}:log-group:{}:*",
    ("aws_cloudwatch_log_group", "name", "logs:PutMetricFilter"): "logs:us-east-1:{}:log-group:{}:*",
    ("aws_cloudwatch_log_group", "name", "logs:ListTagsForResource"): "logs:us-east-1:{}:log-group:{}",
    ("aws_cloudwatch_metric_alarm", "alarm_name", "cloudwatch:PutMetricAlarm"): (
        "cloudwatch:us-east-1:{}:alarm:{}"
    ),
    ("aws_iam_role", "name", "iam:PutRolePolicy"): "iam::{}:role/{}",
    ("aws_iam_role", "name", "iam:PassRole"): "iam::{}:role/{}",
    ("aws_kms_alias", "name", "kms:CreateAlias"): "kms:us-east-1:{}:{}",
    ("aws_lambda_function", "function_name", "lambda:UpdateFunctionCode"): "lambda:us-east-1:{}:function:{}",
    ("aws_scheduler_schedule", "name", "scheduler:CreateSchedule"): (
        "scheduler:us-east-1:{}:schedule/scheduling-agent/{}"
    ),
    ("aws_scheduler_schedule_group", "name", "scheduler:CreateScheduleGroup"): (
        "scheduler:us-east-1:{}:schedule-group/{}"
    ),
    ("aws_secretsmanager_secret", "name", "secretsmanager:CreateSecret"): (
        "secretsmanager:us-east-1:{}:secret:{}"
    ),
    ("aws_secretsmanager_secret", "name", "secretsmanager:DescribeSecret"): (
        "secretsmanager:us-east-1:{}:secret:{}-a1B2c3"
    ),
    ("aws_sns_topic", "name", "sns:CreateTopic"): "sns:us-east-1:{}:{}",
    ("aws_sqs_queue", "name", "sqs:SetQueueAttributes"): "sqs:us-east-1:{}:{}",
}
# Log groups that are named after functions, which the prefix does not begin.
OUTSIDE: Tree = {
    "lambda": {"functions": {"notes-actions": {"log_group": "lambda-default", "function_name": "billing"}}}
}


@pytest.mark.parametrize("changes", [{}, OUTSIDE])
def test_all_that_the_stack_has_by_name_is_in_reach(changes: Tree) -> None:
    settings = good_settings(EVERYTHING | changes)
    (stack,) = synthesized(settings).values()
    resources = stack["resource"]
    statements = document(settings, resources, "apply")
    passed = (
        {"iam:PassedToService": "lambda.amazonaws.com"},
        {"iam:PassedToService": "scheduler.amazonaws.com"},
    )
    for (kind, attribute, action), pattern in REACHED.items():
        for name in names(resources, kind, attribute):
            arn = "arn:aws:" + pattern.format(ACCOUNT, name)
            assert any(allows(statements, action, arn, context) for context in passed), arn


def test_every_type_with_a_name_is_tried(resources: Tree) -> None:
    known = {kind for kind, _, _ in REACHED} | {
        "aws_cloudwatch_log_metric_filter",  # goes by its group
        "aws_cloudwatch_query_definition",  # takes no ARN
        "aws_iam_role_policy",  # goes by its role
        "aws_organizations_policy",  # takes no ARN
    }
    named = {
        kind
        for kind, bodies in resources.items()
        if any(
            argument == "name" or argument.endswith(("alarm_name", "dashboard_name"))
            for argument in next(iter(bodies.values()))
        )
    }
    assert named - known == set()


def test_mappings_are_made_and_changed_for_our_functions_alone(settings: Settings, resources: Tree) -> None:
    statements = document(settings, resources, "apply")
    for verb in ("Create", "Delete", "Update"):
        (one,) = [one for one in statements if f"lambda:{verb}EventSourceMapping" in one["Action"]]
        ours = names(resources, "aws_lambda_function", "function_name")
        arns = {f"arn:aws:lambda:*:{ACCOUNT}:function:{name}" for name in ours}
        assert set(one["Condition"]["ArnLike"]["lambda:FunctionArn"]) == arns


def test_lists_of_alarms_are_asked_for_without_an_arn(settings: Settings, resources: Tree) -> None:
    for purpose in ("plan", "apply"):
        assert "*" in allowed(document(settings, resources, purpose), "cloudwatch:DescribeAlarms")


@pytest.mark.parametrize("name", [None, "${aws_sns_topic.x.name}", "*"])
def test_resource_whose_name_cannot_be_told_is_refused(
    settings: Settings, resources: Tree, name: str | None
) -> None:
    odd = resources | {"aws_sqs_queue": {"x": {"name": name}}}
    with pytest.raises(ToolError, match="aws_sqs_queue: name: one has no name that can be told"):
        document(settings, odd, "plan")


@pytest.mark.parametrize(
    ("backend", "plan", "apply"),
    [
        ({}, {"s3:GetObject", "s3:ListBucket"}, {"s3:PutObject"}),
        ({"use_lockfile": True}, {"s3:GetObject", "s3:ListBucket"}, {"s3:PutObject", "s3:DeleteObject"}),
        (
            {"dynamodb_table": "locks"},
            {"s3:GetObject", "s3:ListBucket", "dynamodb:GetItem"},
            {"s3:PutObject", "dynamodb:PutItem", "dynamodb:DeleteItem"},
        ),
    ],
)
def test_state_is_read_by_one_and_written_by_the_other(
    backend: Tree, plan: set[str], apply: set[str]
) -> None:
    place = {"type": "s3", "bucket": "our-state", "region": "eu-west-1"} | backend
    settings = good_settings(DEPLOYED | {"terraform": {"backend": place}})
    known: Tree = {"aws_sns_topic": {}}
    state = {
        one for one in actions(document(settings, known, "plan")) if one.startswith(("s3:", "dynamodb:"))
    }
    more = {
        one for one in actions(document(settings, known, "apply")) if one.startswith(("s3:", "dynamodb:"))
    }
    assert (state, more - state) == (plan, apply)
    file = f"arn:aws:s3:::our-state/monitoring/{NAME}.tfstate"
    assert file in allowed(document(settings, known, "apply"), "s3:PutObject")


def made(settings: Settings) -> Tree:
    """The roles of all targets in one account, as Terraform has them."""
    stacks = synthesized(settings)
    found = {one.stack: one for one in monitorings(settings)}
    pairs = [(settings, found[name]) for name in stacks]
    trees = [stack["resource"] for stack in stacks.values()]
    resources: Tree = roles.terraform(pairs, trusts(pairs, REPOSITORY), trees)["resource"]
    return resources


REGIONS = [
    {"region": region, "account": ACCOUNT, "partition": "aws"}
    for region in ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2")
]


@pytest.mark.parametrize("changes", [EVERYTHING, EVERYTHING | {"tags": {}, "targets": REGIONS}])
def test_policies_of_a_role_fit(changes: Tree) -> None:
    found = made(good_settings(changes))["aws_iam_policy"]
    assert max(len(policy["policy"]) for policy in found.values()) <= parts.LARGEST_POLICY
    for purpose in ("plan", "apply"):
        assert len([key for key in found if key.startswith(purpose)]) < parts.MOST_POLICIES * 0.8


def test_policies_of_a_role_say_together_what_it_may_do(settings: Settings, resources: Tree) -> None:
    found = made(settings)
    for purpose in ("plan", "apply"):
        keys = [
            key
            for key, one in found["aws_iam_role_policy_attachment"].items()
            if one["role"] == f"${{aws_iam_role.{purpose}.name}}"
            and one["policy_arn"] == f"${{aws_iam_policy.{key}.arn}}"
        ]
        texts = [json.loads(found["aws_iam_policy"][key]["policy"])["Statement"] for key in keys]
        assert [*chain.from_iterable(texts)] == document(settings, resources, purpose)
    assert {one["path"] for one in found["aws_iam_policy"].values()} == {"/deployment/"}


def test_operations_are_the_only_names_that_are_no_actions(settings: Settings, resources: Tree) -> None:
    session = Session()
    strange = {
        one
        for one in actions(document(settings, resources, "apply"))
        if one.split(":")[1] not in session.get_service_model(one.split(":")[0]).operation_names
    }
    assert strange == NO_OPERATION


def command(config: Path, out: Path, *more: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(commands, "CONFIG", config)
    arguments = ["roles", "--env", "prod", "--out", str(out), "--repository"]
    return CliRunner().invoke(commands.app, [*arguments, *(more or (REPOSITORY,))])


def test_command_prints_terraform_that_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = folders.synthesized(good_settings(DEPLOYED), tmp_path / "out")
    config = configured(tmp_path / "config", prod=DEPLOYED)
    result = command(config, out, "team@12/monitoring@34", monkeypatch=monkeypatch)
    assert result.exit_code == 0, result.output
    assert '"repo:team@12/monitoring@34:environment:prod' in result.stdout.replace("\\", "")
    folder = tmp_path / "roles"
    folder.mkdir()
    (folder / "main.tf.json").write_text(result.stdout)
    try:
        terraform = Terraform.found(ROOT)
        terraform.init(folder)
    except ToolError as error:
        without(str(error))
    assert "valid" in terraform.run(folder, "validate", "-no-color")


def test_command_needs_what_synth_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(tmp_path / "config", prod=DEPLOYED)
    result = command(config, tmp_path / "none", monkeypatch=monkeypatch)
    assert "is no stack; run `make synth ENV=prod`" in str(result.exception)


@pytest.mark.parametrize("repository", ["monitoring", "team/monitoring:ref", "team/*", "a/b/c", ""])
def test_command_refuses_a_repository_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: str
) -> None:
    config = configured(tmp_path / "config", prod=DEPLOYED)
    result = command(config, tmp_path, repository, monkeypatch=monkeypatch)
    assert "does not name a repository. Use owner/name" in str(result.exception)


def test_command_refuses_an_environment_out_of_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = command(configured(tmp_path / "config"), tmp_path, monkeypatch=monkeypatch)
    assert "config/prod.yaml: terraform.backend: the state is local" in str(result.exception)


def test_command_wants_to_know_which_of_several_accounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = [
        {**DEPLOYED["targets"][0], "account": number, "name": f"in-{number}"}
        for number in ("1" * 12, "2" * 12)
    ]
    config = configured(tmp_path / "config", prod=DEPLOYED | {"targets": two})
    result = command(config, tmp_path, monkeypatch=monkeypatch)
    assert "wanted one of 111111111111, 222222222222" in str(result.exception)
    other = command(config, tmp_path, REPOSITORY, "--account", "3" * 12, monkeypatch=monkeypatch)
    assert "has no target; wanted one of" in str(other.exception)
    out = folders.synthesized(good_settings(DEPLOYED | {"targets": two[1:]}), tmp_path / "out")
    good = command(config, out, REPOSITORY, "--account", "2" * 12, monkeypatch=monkeypatch)
    assert good.exit_code == 0, good.output
    assert json.loads(good.stdout)["provider"]["aws"]["allowed_account_ids"] == ["2" * 12]


def test_grants_about_the_same_are_one() -> None:
    one, two = Grant(("a:Get",), ("x",)), Grant(("a:List",), ("x",))
    condition = ("StringEquals", "k", ("v",))
    other, limited = Grant(("a:Get", "a:List"), ("y",)), Grant(("a:Get",), ("x",), (condition,))
    empty = Grant((), ("x",))
    assert merged([two, one, other, limited, empty]) == [
        Grant(("a:Get",), ("x",), (condition,)),
        Grant(("a:Get", "a:List"), ("x", "y")),
    ]
