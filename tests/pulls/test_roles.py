"""The two roles: enough for Terraform, and no more than the stack's own resources need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from typer.testing import CliRunner

from modules.errors import ToolError
from modules.settings import Settings
from ops.pulls import commands, documents, roles
from ops.pulls.grants import Grant, merged
from ops.pulls.targets import role_arn
from ops.terraform import Terraform
from tests.builders import ROOT, good_settings, monitorings, synthesized
from tests.pulls import folders
from tests.pulls.folders import ACCOUNT, DEPLOYED, NAME
from tests.pulls.test_receipts import configured
from tests.tools import without

Tree = dict[str, Any]

REPOSITORY = "team/monitoring"
READS = ("Describe", "Get", "List")
# What goes by another name than its operation. Source: AWS, "Service Authorization Reference".
NO_OPERATION = {"iam:PassRole", "s3:ListBucket"}
# These give away what others keep, though their names begin harmlessly.
SECRETS = {"secretsmanager:GetSecretValue", "kms:Decrypt", "ssm:GetParameter", "logs:GetLogEvents"}
# Everything that adds a type of resource.
EVERYTHING: Tree = DEPLOYED | {
    "tags": {"organizations_policy": {"enabled": True, "attach_to": "r-abcd"}},
    "routes": {
        "critical": {"emails": ["ops@team.example"], "pagerduty": True},
        "info": {"emails": ["dev@team.example"]},
        "delivery": {"emails": ["ops@team.example"], "pagerduty": True},
    },
}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return good_settings(EVERYTHING)


@pytest.fixture(scope="module")
def types(settings: Settings) -> set[str]:
    """The types of resources in a stack that has all that can be configured."""
    (stack,) = synthesized(settings).values()
    return set(stack["resource"])


def document(settings: Settings, types: set[str], purpose: str) -> list[Tree]:
    (found,) = monitorings(settings)
    statements: list[Tree] = documents.document([(settings, found)], types, purpose)["Statement"]
    return statements


def actions(statements: list[Tree]) -> set[str]:
    return {action for statement in statements for action in statement["Action"]}


def allowed(statements: list[Tree], action: str) -> set[str]:
    """Where an action is allowed."""
    return {place for one in statements if action in one["Action"] for place in one["Resource"]}


def listed() -> Iterator[str]:
    for entry in documents.permissions().values():
        for part in (entry, entry.get("anywhere", {})):
            yield from (action for kind in ("read", "write") for action in part.get(kind, ()))
        yield from (action for kind in ("tagged", "making") for action in entry.get(kind, ()))


def test_every_type_of_the_stack_has_an_entry(types: set[str]) -> None:
    missing = types - documents.permissions().keys()
    assert not missing, "add to ops/pulls/permissions.yaml what Terraform asks AWS for these"


def test_type_without_an_entry_is_refused(settings: Settings) -> None:
    with pytest.raises(ToolError, match=r"permissions\.yaml: says nothing about aws_new_thing"):
        document(settings, {"aws_new_thing", "aws_sns_topic"}, "plan")


def test_every_action_exists() -> None:
    session = Session()
    known = {name: session.get_service_model(name) for name in {action.split(":")[0] for action in listed()}}
    unknown = [one for one in listed() if one.split(":")[1] not in known[one.split(":")[0]].operation_names]
    assert unknown == []


def test_every_entry_has_the_keys_that_are_read() -> None:
    keys = {key for entry in documents.permissions().values() for key in entry}
    assert keys <= {"arns", "read", "write", "anywhere", "tagged", "making", "passes"}


def test_role_that_plans_only_reads_and_sees_no_secret(settings: Settings, types: set[str]) -> None:
    found = actions(document(settings, types, "plan"))
    assert [one for one in found if not one.split(":")[1].startswith(READS)] == []
    assert found & SECRETS == set()


def test_role_that_applies_sees_no_secret_either(settings: Settings, types: set[str]) -> None:
    assert actions(document(settings, types, "apply")) & SECRETS == set()


def test_role_that_applies_can_do_what_the_other_can(settings: Settings, types: set[str]) -> None:
    assert actions(document(settings, types, "plan")) < actions(document(settings, types, "apply"))


def test_only_named_resources_are_changed(settings: Settings, types: set[str]) -> None:
    """What takes no ARN is listed here, so that nobody adds to it unseen."""
    statements = document(settings, types, "apply")
    everywhere = {
        action
        for one in statements
        if "*" in one["Resource"] and "Condition" not in one
        for action in one["Action"]
        if not action.split(":")[1].startswith(READS)
    }
    assert everywhere == {
        "lambda:CreateEventSourceMapping",
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


def test_keys_are_changed_by_their_tags(settings: Settings, types: set[str]) -> None:
    statements = document(settings, types, "apply")
    (changing,) = [one for one in statements if "kms:PutKeyPolicy" in one["Action"]]
    (making,) = [one for one in statements if "kms:CreateKey" in one["Action"]]
    tags = {"Environment": "prod", "Project": "scheduling-agent"}
    asked, carried = (
        {f"aws:{kind}Tag/{key}": value for key, value in tags.items()} for kind in ("Request", "Resource")
    )
    assert changing["Condition"] == {"StringEquals": carried}
    assert making["Condition"] == {"StringEquals": asked}


def test_roles_are_passed_to_the_services_that_take_them_on(settings: Settings, types: set[str]) -> None:
    passing = [one for one in document(settings, types, "apply") if "iam:PassRole" in one["Action"]]
    services = [one["Condition"]["StringEquals"]["iam:PassedToService"] for one in passing]
    assert sorted(services) == ["lambda.amazonaws.com", "scheduler.amazonaws.com"]


def test_neither_role_can_change_a_role_of_the_deployment(settings: Settings, types: set[str]) -> None:
    """Their path keeps them out of the pattern of the stack's own roles."""
    (found,) = monitorings(settings)
    (pattern,) = allowed(document(settings, types, "apply"), "iam:PutRolePolicy")
    assert pattern == f"arn:aws:iam::{ACCOUNT}:role/scheduling-agent-*"
    for purpose in ("plan", "apply"):
        assert not role_arn(found, purpose).startswith(pattern.rstrip("*"))


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
    known = {"aws_sns_topic"}
    state = {
        one for one in actions(document(settings, known, "plan")) if one.startswith(("s3:", "dynamodb:"))
    }
    more = {
        one for one in actions(document(settings, known, "apply")) if one.startswith(("s3:", "dynamodb:"))
    }
    assert (state, more - state) == (plan, apply)
    file = f"arn:aws:s3:::our-state/monitoring/{NAME}.tfstate"
    assert file in allowed(document(settings, known, "apply"), "s3:PutObject")


@pytest.mark.parametrize("purpose", ["plan", "apply"])
def test_policy_of_a_role_fits(settings: Settings, types: set[str], purpose: str) -> None:
    (found,) = monitorings(settings)
    made = roles.terraform([(settings, found)], REPOSITORY, types)["resource"]["aws_iam_role_policy"]
    assert len(made[purpose]["policy"]) < roles.LARGEST_POLICY * 0.8


def test_trust_is_limited_to_one_environment_of_one_repository(settings: Settings) -> None:
    (found,) = monitorings(settings)
    (statement,) = roles.trust(found, REPOSITORY, "prod-plan")["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {
        "Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    }
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": f"repo:{REPOSITORY}:environment:prod-plan",
        }
    }


def test_operations_are_the_only_names_that_are_no_actions(settings: Settings, types: set[str]) -> None:
    session = Session()
    strange = {
        one
        for one in actions(document(settings, types, "apply"))
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
    assert "is no repository; wanted owner/name" in str(result.exception)


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
    other, limited = Grant(("a:Get", "a:List"), ("y",)), Grant(("a:Get",), ("x",), (("k", "v"),))
    empty = Grant((), ("x",))
    assert merged([two, one, other, limited, empty]) == [
        Grant(("a:Get",), ("x",), (("k", "v"),)),
        Grant(("a:Get", "a:List"), ("x", "y")),
    ]
