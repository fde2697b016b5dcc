"""Names of stacks, and how files come into place."""

from __future__ import annotations

from pathlib import Path

import pytest

from modules.errors import ConfigError
from modules.synthesis import move_into_place, stack_names
from tests.builders import good_settings, monitorings, synthesized

ACCOUNTS = [
    {"region": "us-east-1", "account": account, "partition": "aws"}
    for account in ("111111111111", "222222222222")
]


def test_targets_in_two_regions_are_two_stacks_of_one_account() -> None:
    stacks = synthesized(good_settings({"targets": [{"region": "us-east-1"}, {"region": "eu-west-1"}]}))
    assert set(stacks) == {"scheduling-agent-us-east-1", "scheduling-agent-eu-west-1"}
    for name, stack in stacks.items():
        (provider,) = stack["provider"]["aws"]
        assert name.endswith(provider["region"])


def test_targets_in_two_accounts_carry_the_account_and_refuse_any_other() -> None:
    stacks = synthesized(good_settings({"targets": ACCOUNTS}))
    assert set(stacks) == {f"scheduling-agent-us-east-1-{one['account']}" for one in ACCOUNTS}
    for name, stack in stacks.items():
        (provider,) = stack["provider"]["aws"]
        assert provider["allowed_account_ids"] == [name[-12:]]
        assert "data" not in stack


def test_two_environments_of_one_project_never_share_a_name() -> None:
    found = [one for name in ("prod", "dev") for one in monitorings(good_settings(environment=name))]
    assert len(set(stack_names(found))) == 2


def test_targets_that_cannot_be_told_apart_are_refused() -> None:
    (found,) = monitorings(good_settings())
    with pytest.raises(ConfigError, match="give each its account"):
        stack_names([found, found])


def test_terraforms_own_files_survive_a_run(tmp_path: Path) -> None:
    new, out = tmp_path / "new", tmp_path / "out"
    for folder in (new, out):
        (folder / "stacks" / "a").mkdir(parents=True)
    (new / "stacks" / "a" / "cdk.tf.json").write_text("new")
    (new / "manifest.json").write_text("new")
    (out / "stacks" / "a" / "cdk.tf.json").write_text("old")
    (out / "stacks" / "a" / ".terraform.lock.hcl").write_text("lock")
    move_into_place(new, out)
    assert (out / "stacks" / "a" / "cdk.tf.json").read_text() == "new"
    assert (out / "stacks" / "a" / ".terraform.lock.hcl").read_text() == "lock"
    assert (out / "manifest.json").read_text() == "new"


@pytest.mark.parametrize(
    ("backend", "wanted"),
    [
        ({"type": "local"}, {"local": {"path": "../../../terraform.scheduling-agent-us-east-1.tfstate"}}),
        (
            {"type": "s3", "bucket": "state", "region": "us-east-1", "use_lockfile": True},
            {
                "s3": {
                    "bucket": "state",
                    "encrypt": True,
                    "key": "monitoring/scheduling-agent-us-east-1.tfstate",
                    "region": "us-east-1",
                    "use_lockfile": True,
                }
            },
        ),
    ],
)
def test_state_lies_where_configured(backend: dict, wanted: dict) -> None:
    (stack,) = synthesized(good_settings({"terraform": {"backend": backend}})).values()
    assert stack["terraform"]["backend"] == wanted


def test_workspace_of_hcp_terraform_is_the_stack_unless_named() -> None:
    backend = {"type": "cloud", "organization": "org", "project": "monitoring"}
    (stack,) = synthesized(good_settings({"terraform": {"backend": backend}})).values()
    workspaces = {"name": "scheduling-agent-us-east-1", "project": "monitoring"}
    assert stack["terraform"]["cloud"] == {"organization": "org", "workspaces": workspaces}
    assert "backend" not in stack["terraform"]


def test_outputs_name_topics_dashboards_groups_and_the_policy(prod_stack: dict) -> None:
    outputs = prod_stack["output"]
    assert set(outputs) == {"topic_arns", "dashboard_urls", "log_groups", "agent_metrics_policy"}
    assert set(outputs["topic_arns"]["value"]) == {"critical", "warning", "info", "delivery"}
    assert len(outputs["log_groups"]["value"]) == 9


def test_organizations_tag_policy_is_off_until_asked_for() -> None:
    kinds = ("aws_organizations_policy", "aws_organizations_policy_attachment")
    off, on, attached = (
        next(iter(synthesized(good_settings({"tags": {"organizations_policy": policy}})).values()))[
            "resource"
        ]
        for policy in ({}, {"enabled": True}, {"enabled": True, "attach_to": "r-abcd"})
    )
    assert [[kind in one for kind in kinds] for one in (off, on, attached)] == [
        [False, False],
        [True, False],
        [True, True],
    ]
    assert on["aws_organizations_policy"]["tag-policy"]["type"] == "TAG_POLICY"
