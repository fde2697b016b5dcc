"""The trust of the two roles: it admits the jobs, or the runs, of the configured targets and no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from modules import facts
from modules.errors import ToolError
from modules.settings import Settings
from ops.pulls import commands
from ops.pulls.documents import document
from ops.pulls.trusts import trusts
from ops.terraform import Terraform
from tests.builders import ROOT, good_settings, monitorings, synthesized
from tests.pulls import folders
from tests.pulls.folders import ACCOUNT, DEPLOYED
from tests.pulls.iam import EVERYTHING, allows, met
from tests.pulls.test_receipts import configured
from tests.tools import without

Tree = dict[str, Any]

REPOSITORY = "team/monitoring"
PURPOSES = ("plan", "apply")
HCP: Tree = DEPLOYED | {
    "terraform": {"backend": {"type": "cloud", "organization": "my-org", "project": "Our monitoring"}}
}
REGIONS = [
    {"region": region, "account": ACCOUNT, "partition": "aws"} for region in ("us-east-1", "eu-west-1")
]
WITHIN = "organization:my-org:project:Our monitoring"
SUBJECT = f"{WITHIN}:workspace:scheduling-agent-us-east-1:run_phase:apply"
AUDIENCE = "aws.workload.identity"


def documents_of(settings: Settings, repository: str | None = None) -> dict[str, Tree]:
    """The trust policies by purpose."""
    pairs = [(settings, found) for found in monitorings(settings)]
    return {
        purpose: trust.document(pairs[0][1].place) for purpose, trust in trusts(pairs, repository).items()
    }


def admits(trust: Tree, subject: str, audience: str = AUDIENCE, issuer: str = "app.terraform.io") -> bool:
    """Return whether a role accepts a token."""
    (statement,) = trust["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    if statement["Principal"] != {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"}:
        return False
    return met(statement["Condition"], {f"{issuer}:sub": subject, f"{issuer}:aud": audience})


def backend(**changes: Any) -> Settings:
    changed = HCP["terraform"]["backend"] | changes
    known = {key: value for key, value in changed.items() if value is not None}
    return good_settings(HCP | {"terraform": {"backend": known}})


def test_workflows_are_limited_to_one_environment_of_one_repository() -> None:
    made = documents_of(good_settings(DEPLOYED), REPOSITORY)
    for purpose, job in (("plan", "prod-plan"), ("apply", "prod")):
        (statement,) = made[purpose]["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Principal"] == {
            "Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
        }
        assert statement["Condition"] == {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": f"repo:{REPOSITORY}:environment:{job}",
            }
        }


@pytest.mark.parametrize("purpose", PURPOSES)
def test_runs_of_every_workspace_are_admitted_in_their_phase(purpose: str) -> None:
    trust = documents_of(good_settings(HCP | {"targets": REGIONS}))[purpose]
    for region in ("us-east-1", "eu-west-1"):
        assert admits(trust, f"{WITHIN}:workspace:scheduling-agent-{region}:run_phase:{purpose}")


@pytest.mark.parametrize(
    "subject",
    [
        SUBJECT.replace("my-org", "my-org-2"),
        SUBJECT.replace("my-org", "other"),
        SUBJECT.replace("Our monitoring", "Our monitoring 2"),
        SUBJECT.replace("Our monitoring", "*"),
        SUBJECT.replace(":workspace:", ":workspace:x:workspace:"),
        SUBJECT.replace("us-east-1", "us-east-1-test"),
        SUBJECT.replace("scheduling-agent-", "scheduling-agent-staging-"),
        SUBJECT.replace("apply", "plan"),
        SUBJECT.upper(),
        "",
    ],
)
def test_other_runs_are_not_admitted(subject: str) -> None:
    trust = documents_of(good_settings(HCP))["apply"]
    assert admits(trust, SUBJECT)
    assert not admits(trust, subject)


def test_tokens_for_others_are_not_admitted() -> None:
    trust = documents_of(good_settings(HCP))["apply"]
    assert not admits(trust, SUBJECT, audience="sts.amazonaws.com")
    assert not admits(trust, SUBJECT, issuer="app.terraform.io.example")


def test_named_workspace_and_another_server_are_admitted() -> None:
    trust = documents_of(backend(workspace="our-own", hostname="app.eu.terraform.io"))["plan"]
    subject = f"{WITHIN}:workspace:our-own:run_phase:plan"
    assert admits(trust, subject, issuer="app.eu.terraform.io")
    assert not admits(trust, subject)


def test_project_is_required() -> None:
    """Without it, the trust would have to admit every project of the organization."""
    with pytest.raises(ToolError, match=r"config/\w+\.yaml: terraform\.backend\.project: missing"):
        documents_of(backend(project=None))


@pytest.mark.parametrize("project", ["*", "our?", "a:workspace:b"])
def test_project_that_is_no_name_is_refused(project: str) -> None:
    with pytest.raises(ToolError, match="cannot be a project"):
        documents_of(backend(project=project))


def test_repository_belongs_to_workflows_alone() -> None:
    with pytest.raises(ToolError, match="--repository: runs of HCP Terraform belong to no repository"):
        documents_of(good_settings(HCP), REPOSITORY)
    with pytest.raises(ToolError, match="--repository: missing"):
        documents_of(good_settings(DEPLOYED))


def test_trust_that_exceeds_the_limit_of_aws_is_refused() -> None:
    regions = sorted(region for region in facts.regions() if facts.partition_of(region).name == "aws")[:21]
    targets = [{"region": region, "account": ACCOUNT, "partition": "aws"} for region in regions]
    with pytest.raises(ToolError, match=r"the role to plan: its trust has 2,\d+ characters"):
        documents_of(good_settings(HCP | {"targets": targets}))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_runs_get_the_permissions_of_workflows_but_for_the_state(purpose: str) -> None:
    """HCP Terraform keeps the state itself."""
    statements = {}
    for name, changes in (("hcp", HCP), ("s3", DEPLOYED)):
        settings = good_settings(EVERYTHING | changes)
        pairs = [(settings, found) for found in monitorings(settings)]
        stacks = [stack["resource"] for stack in synthesized(settings).values()]
        statements[name] = document(pairs, stacks, purpose)["Statement"]
    rest = [grant for grant in statements["s3"] if not grant["Action"][0].startswith("s3:")]
    assert statements["hcp"] == rest
    assert allows(
        rest, "lambda:ListTags", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:scheduling-agent-digest"
    )


def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: Tree) -> Any:
    out = folders.synthesized(good_settings(changes), tmp_path / "out")
    monkeypatch.setattr(commands, "CONFIG", configured(tmp_path / "config", prod=changes))
    return CliRunner().invoke(commands.app, ["roles", "--env", "prod", "--out", str(out)])


def test_command_prints_the_roles_of_hcp_terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = command(tmp_path, monkeypatch, HCP)
    assert result.exit_code == 0, result.output
    made = json.loads(result.stdout)["resource"]
    for purpose in PURPOSES:
        role = made["aws_iam_role"][purpose]
        assert admits(json.loads(role["assume_role_policy"]), SUBJECT.replace("apply", purpose))
        assert (role["path"], role["name"]) == ("/deployment/", f"scheduling-agent-{purpose}")
        attached = [
            one for key, one in made["aws_iam_role_policy_attachment"].items() if key.startswith(purpose)
        ]
        assert attached
        assert {body["role"] for body in attached} == {f"${{aws_iam_role.{purpose}.name}}"}
    folder = tmp_path / "roles"
    folder.mkdir()
    (folder / "main.tf.json").write_text(result.stdout)
    try:
        terraform = Terraform.found(ROOT)
        terraform.init(folder)
    except ToolError as error:
        without(str(error))
    assert "valid" in terraform.run(folder, "validate", "-no-color")


def test_command_needs_a_state_that_runs_can_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = command(tmp_path, monkeypatch, {"targets": HCP["targets"]})
    assert "config/prod.yaml: terraform.backend: the state is local" in str(result.exception)
