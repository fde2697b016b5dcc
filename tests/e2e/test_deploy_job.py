"""A deployment from end to end: the jobs' own scripts, real Terraform, an AWS that enforces the two roles."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from modules.errors import ToolError
from ops.emulator import REGION, Emulator
from ops.pulls import roles
from ops.pulls.trusts import trusts
from ops.terraform import Terraform
from tests.builders import ROOT, good_settings, monitorings, synthesized
from tests.pulls import github_stand_in
from tests.pulls.folders import NAME
from tests.pulls.github_stand_in import REPOSITORY, Hub, zipped
from tests.pulls.players import Job, Player, checked_out
from tests.tools import without

Tree = dict[str, Any]

ACCOUNT = "000000000000"
CONFIG: Tree = {
    "targets": [{"region": REGION, "account": ACCOUNT, "partition": "aws"}],
    "terraform": {"backend": {"type": "s3", "bucket": "our-state", "region": REGION, "use_lockfile": True}},
    # The emulator has no saved queries, and pages need an HTTPS server that confirms.
    "features": {"saved_queries": False, "dashboards": False},
    "routes": {"critical": {"pagerduty": False}, "delivery": {"pagerduty": False}},
}
SECRET_KEY = "0123456789abcdef" * 4
# The emulator asks for the permission to list where one thing is got.
ASKED_FOR_BY_MISTAKE = {"lambda:GetEventSourceMapping": "lambda:ListEventSourceMappings"}


@dataclass
class Account:
    """An AWS account with both roles, and a workflow to deploy into it."""

    emulator: Emulator
    player: Player

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.emulator.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def play(self, workflow: str, job: str, **context: Any) -> Job:
        """Run a job, whose identity says in which environment it runs."""
        return self.player.play(workflow, job, **context)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("deploy")
    try:
        terraform = Terraform.found(ROOT)
        with Emulator(folder / "emulator", guarded=True) as emulator, github_stand_in.running() as hub:
            (folder / "temp").mkdir()
            project = checked_out(folder / "project")
            configure(project)
            environ = environment(emulator, hub, terraform, folder)
            secrets = {"secrets": {"PLAN_KEY": SECRET_KEY, "PAGERDUTY_INTEGRATION_URL": ""}}
            player = Player(hub, project, folder / "temp", environ, secrets | {"inputs": inputs()})
            found = Account(emulator, player)
            prepare(found)
            yield found
    except ToolError as error:
        without(str(error))


def configure(project: Path, **more: Any) -> None:
    for name in ("dev", "staging"):
        (project / "config" / f"{name}.yaml").unlink(missing_ok=True)
    (project / "config" / "prod.yaml").write_text(yaml.safe_dump(CONFIG | more))


def environment(emulator: Emulator, hub: Hub, terraform: Terraform, folder: Path) -> dict[str, str]:
    """What leads all clients to the emulator; it knows buckets by path alone."""
    own = {name: value for name, value in emulator.environ.items() if "KEY" not in name}
    mirror = terraform.mirror()
    if mirror is not None:
        file = folder / "terraform.rc"
        file.write_text(f'provider_installation {{\n filesystem_mirror {{\n path = "{mirror}"\n }}\n}}\n')
        own["TF_CLI_CONFIG_FILE"] = str(file)
    return own | {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{hub.url}/identity?api-version=2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
        "AWS_ENDPOINT_URL_S3": emulator.url,
        "AWS_ENDPOINT_URL_STS": emulator.url,
        "TF_CLI_ARGS_init": "-backend-config=use_path_style=true",
    }


def inputs() -> Tree:
    arn = f"arn:aws:iam::{ACCOUNT}:role/deployment/scheduling-agent"
    return {
        "stack": NAME,
        "environment": "prod",
        "region": REGION,
        "plan_role": f"{arn}-plan",
        "apply_role": f"{arn}-apply",
    }


def prepare(account: Account) -> None:
    """The bucket of the state, and both roles as they are generated."""
    account.client("s3").create_bucket(Bucket="our-state")
    settings = good_settings(CONFIG)
    (stack,) = synthesized(settings).values()
    pairs = [(settings, monitorings(settings)[0])]
    made = roles.terraform(pairs, trusts(pairs, REPOSITORY), [stack["resource"]])["resource"]
    iam = account.client("iam")
    for purpose, role in made["aws_iam_role"].items():
        trust = role["assume_role_policy"]
        iam.create_role(RoleName=role["name"], Path=role["path"], AssumeRolePolicyDocument=trust)
        for key, one in made["aws_iam_policy"].items():
            if key.startswith(purpose):
                policy = json.dumps(anywhere(json.loads(one["policy"])))
                iam.put_role_policy(RoleName=role["name"], PolicyName=key, PolicyDocument=policy)


def anywhere(policy: Tree) -> Tree:
    """The same actions on anything: of many requests the emulator does not know what they are about."""
    named = sorted({action for statement in policy["Statement"] for action in statement["Action"]})
    asked = [*named, *(other for action, other in ASKED_FOR_BY_MISTAKE.items() if action in named)]
    return policy | {"Statement": [{"Effect": "Allow", "Action": asked, "Resource": "*"}]}


def names(account: Account) -> set[str]:
    pages = account.client("cloudwatch").get_paginator("describe_alarms").paginate()
    return {alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]}


@pytest.fixture(scope="module")
def planned(account: Account) -> Job:
    return account.play("deploy-target", "plan")


def test_plan_is_made_by_the_role_that_reads_and_shown(account: Account, planned: Job) -> None:
    assert planned.result == "success", planned.said
    assert planned.outputs["changed"] == "true"
    assert len(planned.outputs["sha256"]) == 64
    assert "## Fine" in (account.player.temp / "summary.md").read_text()
    assert names(account) == set()


def test_plan_that_travels_can_be_read_by_nobody(account: Account, planned: Job) -> None:
    with zipfile.ZipFile(io.BytesIO(account.player.hub.artifacts[f"plan-{NAME}"])) as archive:
        assert archive.namelist() == ["plan.sealed"]
        sealed = archive.read("plan.sealed")
    assert sealed.startswith(b"Salted__")
    assert b"scheduling-agent" not in sealed


def test_plan_that_was_exchanged_is_not_applied(account: Account, planned: Job) -> None:
    artifacts = account.player.hub.artifacts
    name = f"plan-{NAME}"
    good = artifacts[name]
    artifacts[name] = zipped({"plan.sealed": b"Salted__" + os.urandom(4096)})
    try:
        applied = account.play("deploy-target", "apply")
    finally:
        artifacts[name] = good
    assert applied.result == "failure"
    assert "plan.sealed: FAILED" in applied.said
    assert names(account) == set()


def test_job_without_the_environment_cannot_apply(account: Account, planned: Job) -> None:
    applied = account.play("deploy-target", "apply", inputs=inputs() | {"environment": "staging"})
    assert applied.result == "failure"
    assert "Not authorized to perform" in applied.said
    assert names(account) == set()


@pytest.fixture(scope="module")
def applied(account: Account, planned: Job) -> Job:
    return account.play("deploy-target", "apply")


def test_exactly_that_plan_is_applied_by_the_role_that_may(account: Account, applied: Job) -> None:
    assert applied.result == "success", applied.said
    assert "Apply complete!" in applied.said
    assert len(names(account)) > 20
    (state,) = account.client("s3").list_objects_v2(Bucket="our-state")["Contents"]
    assert state["Key"] == f"monitoring/{NAME}.tfstate"


def test_pull_request_of_ours_is_planned_against_what_is_deployed(account: Account, applied: Job) -> None:
    player = account.player
    configure(player.project, alarms={"response-time": {"threshold": 9000}})
    changed = (player.project / "config" / "prod.yaml").read_bytes()
    out = player.temp / "synthesized"
    head = _synthesized(player.project, out)
    configure(player.project)
    player.hub.configs = {
        "base.yaml": (player.project / "config" / "base.yaml").read_bytes(),
        "prod.yaml": changed,
    }
    files = {f"{side}/{path}": data for side in ("base", "head") for path, data in head.items()}
    player.hub.artifacts["synthesized"] = zipped(files | {"pull.json": b'{"number":7}'})

    subject = account.play("review", "subject")
    (target,) = json.loads(subject.outputs["live"])
    live = account.play("review", "live", matrix={"target": target})
    compare = account.play("review", "compare")
    report = account.play("review", "report")

    configure(player.project)
    assert live.result == "failure", live.said
    assert (compare.result, report.result) == ("skipped", "failure"), report.said
    (comment,) = player.hub.comments
    assert "_against what is deployed_" in comment["body"]
    assert "aws_cloudwatch_metric_alarm.response-time" in comment["body"]
    assert "9" in comment["body"]
    assert player.hub.statuses[-1]["state"] == "failure"


def _synthesized(project: Path, out: Path) -> dict[str, bytes]:
    command = [str(ROOT / ".venv/bin/python"), "-O", "main.py"]
    environ = os.environ | {"CDKTF_OUTDIR": str(out)}
    subprocess.run(command, cwd=project, env=environ, check=True, capture_output=True)
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_drift_opens_an_issue(account: Account, applied: Job) -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:scheduling-agent-critical"
    account.client("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="DisplayName", AttributeValue="odd"
    )
    targets = account.play("drift", "targets")
    (target,) = json.loads(targets.outputs["targets"])
    plan = account.play("drift", "plan", matrix={"target": target})
    issue = account.play("drift", "issue")
    assert plan.result == "success", plan.said
    assert issue.result == "success", issue.said
    (found,) = account.player.hub.issues
    assert "aws_sns_topic.topic-critical" in found["body"]
