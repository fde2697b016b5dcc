"""The command: which target, whose account, where the file goes, and how it ends."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from modules.errors import ToolError
from modules.synthesis import STACK_FILE
from ops.adopt import command
from ops.adopt.commands import command as aws_command
from ops.adopt.finds import Find
from ops.adopt.imports import FILE, imports, write
from tests.adopt.accounts import NUMBER, FakeAccount
from tests.adopt.builders import after_the_script
from tests.builders import CONFIG, good_settings

STACK = "scheduling-agent-us-east-1"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of configuration that tests may write to, and a folder for stacks."""
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    monkeypatch.setattr(command, "CONFIG", folder)
    monkeypatch.setattr(command, "OUT", tmp_path / "cdktf.out")
    monkeypatch.delenv("TF_VAR_pagerduty_integration_url", raising=False)
    return folder


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> FakeAccount:
    fake = after_the_script()
    monkeypatch.setattr("boto3.Session", lambda **_: fake.session())
    return fake


def run(*arguments: str) -> Any:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(command.adopt)
    return CliRunner().invoke(app, list(arguments))


def test_imports_and_report_are_written_and_the_topic_is_left_to_decide(
    config: Path, account: FakeAccount, tmp_path: Path
) -> None:
    out = tmp_path / "here.tf.json"

    result = run("--env", "prod", "--out", str(out))

    assert result.exit_code == 1
    assert "Decide first" in result.output
    assert f"18 import blocks written to {out}" in result.output
    assert len(json.loads(out.read_text())["import"]) == 9 + 3 + 5 + 1


def test_without_anything_in_the_account_the_command_is_done(
    config: Path, account: FakeAccount, tmp_path: Path
) -> None:
    account.__dict__.update(FakeAccount().__dict__)
    folder = tmp_path / "cdktf.out" / "stacks" / STACK
    folder.mkdir(parents=True)
    stack = command.synthesized(*_prod(config))
    (folder / STACK_FILE).write_text(json.dumps(stack))

    result = run("--env", "prod")

    assert result.exit_code == 0, result.output
    assert json.loads((folder / FILE).read_text())["import"] == []
    assert "0 import blocks written to" in result.output


def _prod(config: Path) -> Any:
    from modules.catalog import monitoring
    from modules.settings import load

    (settings,) = load(("prod",), config, {})
    return settings, monitoring(settings, settings.targets[0])


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({}, r"holds no stack: run `make synth ENV=prod` first"),
        ({STACK_FILE: "{}"}, r"is not what configuration says now: run `make synth ENV=prod` first"),
        ({STACK_FILE: "{"}, r"holds no stack"),
    ],
)
def test_stack_that_is_not_the_one_of_configuration_is_refused(
    tmp_path: Path, files: Mapping[str, str], text: str
) -> None:
    settings, found = _prod(CONFIG)
    folder = tmp_path / "stacks" / STACK
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content)

    with pytest.raises(ToolError, match=text):
        command.imports_file(tmp_path, settings, found, {"resource": {}})


def two_targets() -> Any:
    own = {"account": NUMBER, "partition": "aws", "region": "eu-west-1", "name": "other"}
    return good_settings({"targets": [{"region": "us-east-1"}, own]})


def test_one_of_several_targets_is_to_be_chosen() -> None:
    with pytest.raises(
        ToolError, match=r"^config/prod.yaml: targets: there are 2; choose one with --target: "
    ):
        command.the_target(two_targets(), None)
    with pytest.raises(ToolError, match=r"^--target: x is no target of prod; known: us-east-1, other"):
        command.the_target(two_targets(), "x")

    assert command.the_target(two_targets(), "other").name == "other"
    assert command.the_target(two_targets(), "us-east-1").region == "us-east-1"
    assert command.the_target(good_settings(), None).region == "us-east-1"


def test_credentials_of_another_account_are_refused() -> None:
    settings = good_settings({"targets": [{"account": "999988887777", "partition": "aws"}]})

    with pytest.raises(
        ToolError, match=rf"^config/prod.yaml: targets\[0\].account: 999988887777, but .*{NUMBER}"
    ):
        command.refuse_another(settings, settings.targets[0], NUMBER)

    command.refuse_another(settings, settings.targets[0], "999988887777")
    command.refuse_another(good_settings(), good_settings().targets[0], NUMBER)


def test_account_of_another_is_refused_before_anything_is_looked_at(
    config: Path, account: FakeAccount
) -> None:
    target = "targets: [{account: '999988887777', partition: aws, region: us-east-1}]\n"
    with (config / "prod.yaml").open("a") as file:
        file.write(target)

    result = run("--env", "prod")

    assert isinstance(result.exception, ToolError)
    assert account.asked == {"sts:GetCallerIdentity": 1}


def test_names_of_the_other_environments_are_known() -> None:
    settings, found = _prod(CONFIG)

    assert command.other_prefixes(settings, found) == (
        "scheduling-agent-dev",
        "scheduling-agent-local",
        "scheduling-agent-staging",
    )


def test_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"cannot be written: .*; name another with --out$"):
        write(tmp_path / "no" / "folder" / FILE, {})


@given(st.lists(st.text(min_size=1), min_size=1))
def test_commands_for_people_survive_the_shell(words: list[str]) -> None:
    text = aws_command(
        "logs", "delete-log-group", "us-east-1", **dict.fromkeys(("log_group_name",), words[0])
    )

    assert shlex.split(text) == [
        "aws",
        "logs",
        "delete-log-group",
        "--log-group-name",
        words[0],
        "--region",
        "us-east-1",
    ]


@given(st.text())
def test_ids_are_no_templates_to_terraform(name: str) -> None:
    find = Find(
        type="aws_cloudwatch_log_group", name=name, address="aws_cloudwatch_log_group.x", import_id=name
    )

    (written,) = json.loads(imports({find.address: find}))["import"]

    assert written["id"].replace("$${", "${").replace("%%{", "%{") == name
    assert written["id"].count("${") == written["id"].count("$${")
