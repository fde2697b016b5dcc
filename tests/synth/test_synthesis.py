"""Names of stacks, and how files come into place."""

from __future__ import annotations

from pathlib import Path

import pytest

from modules import facts
from modules.errors import ConfigError
from modules.settings.relations import OWN_TAGS, RESOURCE_TAGS
from modules.synthesis import move_into_place
from policies import check, errors
from tests.builders import good_context, good_settings, monitorings, resources, synthesized

ACCOUNTS = [
    {"region": "us-east-1", "account": "111111111111", "partition": "aws"},
    {"region": "us-east-1", "account": "222222222222", "partition": "aws", "name": "second"},
]


def test_targets_in_two_regions_are_two_stacks_of_one_account() -> None:
    stacks = synthesized(good_settings({"targets": [{"region": "us-east-1"}, {"region": "eu-west-1"}]}))
    assert set(stacks) == {"scheduling-agent-us-east-1", "scheduling-agent-eu-west-1"}
    for name, stack in stacks.items():
        (provider,) = stack["provider"]["aws"]
        assert name.endswith(provider["region"])


def test_targets_in_two_accounts_are_named_and_refuse_any_other_account() -> None:
    stacks = synthesized(good_settings({"targets": ACCOUNTS}))
    accounts = {name: stack["provider"]["aws"][0]["allowed_account_ids"] for name, stack in stacks.items()}
    assert accounts == {
        "scheduling-agent-us-east-1": ["111111111111"],
        "scheduling-agent-second": ["222222222222"],
    }
    assert all("data" not in stack for stack in stacks.values())


def test_a_stack_keeps_its_name_whatever_targets_join_it() -> None:
    """The name is also that of its state: another would start from nothing."""
    (alone,) = monitorings(good_settings({"targets": ACCOUNTS[:1]}))
    joined = monitorings(good_settings({"targets": ACCOUNTS[::-1]}))
    untold = monitorings(good_settings({"targets": [{"region": "us-east-1"}]}))
    assert alone.stack == joined[1].stack == untold[0].stack


def test_targets_of_one_region_without_a_name_are_refused() -> None:
    unnamed = [{key: value for key, value in target.items() if key != "name"} for target in ACCOUNTS]
    with pytest.raises(
        ConfigError, match=r"targets\[1\]: 'us-east-1' would be two stacks; give this one a name"
    ):
        good_settings({"targets": unnamed})


def test_two_environments_of_one_project_never_share_a_stack_or_a_namespace() -> None:
    found = [monitorings(good_settings(environment=name))[0] for name in ("prod", "qa1", "qa-1")]
    assert len({one.stack for one in found}) == len({one.namespace for one in found}) == 3


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


@pytest.mark.parametrize(
    ("backend", "version"),
    [
        ({"type": "local"}, ">= 1.5.0"),
        ({"type": "s3", "bucket": "state", "region": "us-east-1"}, ">= 1.5.0"),
        ({"type": "s3", "bucket": "state", "region": "us-east-1", "use_lockfile": False}, ">= 1.5.0"),
        ({"type": "s3", "bucket": "state", "region": "us-east-1", "use_lockfile": True}, ">= 1.10.0"),
        ({"type": "cloud", "organization": "org"}, ">= 1.5.0"),
        ({"type": "cloud", "organization": "org", "project": "monitoring"}, ">= 1.6.0"),
    ],
)
def test_stack_requires_the_terraform_that_knows_its_backend(backend: dict, version: str) -> None:
    (stack,) = synthesized(good_settings({"terraform": {"backend": backend}})).values()
    assert stack["terraform"]["required_version"] == version


def test_function_is_deleted_before_the_policy_of_its_role(prod_stack: dict) -> None:
    """Lambda uses the role while it deletes the function: Terraform destroys in the opposite order."""
    functions = resources(prod_stack, "aws_lambda_function")
    assert functions
    for function in functions.values():
        role = function["role"].removesuffix(".arn}")
        policies = {
            f"aws_iam_role_policy.{name}"
            for name, policy in resources(prod_stack, "aws_iam_role_policy").items()
            if policy["role"].startswith(f"{role}.")
        }
        assert policies
        assert policies <= set(function["depends_on"])


def test_tags_of_the_generator_are_those_that_settings_keep_free() -> None:
    window = {"alarms": ["*"], "severity": "info", "until": "2026-12-01", "reason": "move"}
    (stack,) = synthesized(good_settings({"maintenance": [window]})).values()
    found = {
        key
        for named in stack["resource"].values()
        for values in named.values()
        for key in values.get("tags", {})
    }
    assert found == set(RESOURCE_TAGS)
    default = stack["provider"]["aws"][0]["default_tags"][0]["tags"]
    assert set(default) - {"Owner"} == set(OWN_TAGS)


def test_tags_with_letters_of_every_script_reach_the_provider() -> None:
    (stack,) = synthesized(good_settings({"tags": {"values": {"Owner": "Zürich", "Größe": "東京"}}})).values()
    tags = stack["provider"]["aws"][0]["default_tags"][0]["tags"]
    assert (tags["Owner"], tags["Größe"]) == ("Zürich", "東京")


def test_workspace_of_hcp_terraform_is_the_stack_unless_named() -> None:
    backend = {"type": "cloud", "organization": "org", "project": "monitoring"}
    (stack,) = synthesized(good_settings({"terraform": {"backend": backend}})).values()
    workspaces = {"name": "scheduling-agent-us-east-1", "project": "monitoring"}
    assert stack["terraform"]["cloud"] == {"organization": "org", "workspaces": workspaces}
    assert "backend" not in stack["terraform"]


def test_outputs_name_topics_dashboards_groups_and_the_policy(prod_stack: dict) -> None:
    outputs = prod_stack["output"]
    assert set(outputs) == {
        "topic_arns", "dashboard_urls", "log_groups", "agent_metrics_policy", "secrets"
    }  # fmt: skip
    assert set(outputs["topic_arns"]["value"]) == {"critical", "warning", "info", "delivery", "digest"}
    assert len(outputs["log_groups"]["value"]) == 13
    assert set(outputs["secrets"]["value"]) == {"slack-critical", "slack-warning", "metrics-publisher"}


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


@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"])
def test_stack_of_every_partition_passes_its_own_policies(region: str) -> None:
    settings = good_settings({"targets": [{"region": region}]})
    ((stack, found),) = zip(synthesized(settings).values(), monitorings(settings), strict=True)

    assert errors(check(stack, good_context(settings, found))) == ()


def test_every_partition_is_synthesized() -> None:
    regions = ("us-east-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1")

    assert {facts.partition_of(region) for region in regions} == set(facts.partitions())
