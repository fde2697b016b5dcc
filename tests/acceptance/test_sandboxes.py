"""The account that a run may use, and the environment of its programs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modules.errors import ToolError
from ops.acceptance.sandboxes import account_sandbox, check_arguments, only_profile
from ops.emulator import without_aws
from ops.local.aws import environment
from ops.local.servers import Act, Endpoint, Exchange, reply
from tests.builders import ROOT

ACCOUNT = "111122223333"
IDENTITY = """\
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws-us-gov:iam::{0}:user/u</Arn><UserId>u</UserId><Account>{0}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
CONFIG = """\
[profile sandbox]
aws_access_key_id = AKIDSANDBOX
aws_secret_access_key = secret
region = us-gov-west-1
endpoint_url = {0}
"""


@pytest.mark.parametrize(
    ("profile", "account", "problem"),
    [
        ("", "", "PROFILE is missing"),
        ("  ", ACCOUNT, "PROFILE is missing"),
        ("sandbox", "", "ACCOUNT: '' is not an account id"),
        ("sandbox", "11112222333", "ACCOUNT: '11112222333' is not"),
        ("sandbox", "1111222233334", "is not an account id of 12 digits"),
        ("sandbox", "prod", "is not an account id of 12 digits"),
        ("sandbox", f"{ACCOUNT}\n", "is not an account id of 12 digits"),
        ("sandbox", "١١١١٢٢٢٢٣٣٣٣", "is not an account id of 12 digits"),
    ],
)
def test_arguments_that_name_no_account_are_refused_with_the_usage(
    profile: str, account: str, problem: str
) -> None:
    with pytest.raises(ToolError) as error:
        check_arguments(profile, account, emulator=False)
    assert str(error.value).startswith(problem) or problem in str(error.value)
    assert "make acceptance PROFILE=NAME ACCOUNT=ID" in str(error.value)


@pytest.mark.parametrize(("profile", "account"), [("sandbox", ""), ("", ACCOUNT)])
def test_emulator_and_account_exclude_each_other(profile: str, account: str) -> None:
    with pytest.raises(ToolError, match="EMULATOR=1 uses no account"):
        check_arguments(profile, account, emulator=True)


def test_complete_arguments_are_accepted() -> None:
    check_arguments("sandbox", ACCOUNT, emulator=False)
    check_arguments("", "", emulator=True)


def test_command_without_arguments_ends_with_status_2() -> None:
    command = [sys.executable, "-m", "ops", "acceptance", "--profile", "", "--account", ""]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("PROFILE is missing")


@pytest.fixture
def sts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A profile `sandbox` of an AWS that answers GetCallerIdentity; the credentials that it received."""
    received: list[str] = []

    def answer(exchange: Exchange) -> Act:
        received.append(exchange.headers["Authorization"])
        return reply(200, IDENTITY.format(ACCOUNT), {"Content-Type": "text/xml"})

    with Endpoint(answer) as endpoint:
        config = tmp_path / "config"
        config.write_text(CONFIG.format(endpoint.url))
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        # What belongs to another account must not be used, although it takes precedence over a profile.
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDOTHER")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        yield received


def test_profile_of_the_account_is_used_and_nothing_else(sts: list[str]) -> None:
    with account_sandbox("sandbox", ACCOUNT, None) as sandbox:
        assert (sandbox.place.number, sandbox.place.region) == (ACCOUNT, "us-gov-west-1")
        assert (sandbox.place.partition, sandbox.emulated) == ("aws-us-gov", False)
        assert sandbox.aws("sqs").meta.region_name == "us-gov-west-1"
        assert os.environ["AWS_PROFILE"] == "sandbox"
        assert not {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"} & os.environ.keys()
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIDOTHER"
    assert sts
    assert all("AKIDSANDBOX" in credentials for credentials in sts)


def test_region_of_the_environment_takes_precedence(sts: list[str]) -> None:
    with account_sandbox("sandbox", ACCOUNT, "us-gov-east-1") as sandbox:
        assert sandbox.place.region == "us-gov-east-1"
        assert sandbox.environ == {"AWS_REGION": "us-gov-east-1"}


def test_profile_of_another_account_is_refused(sts: list[str]) -> None:
    with (
        pytest.raises(
            ToolError,
            match=r"^PROFILE: sandbox belongs to account 111122223333, and ACCOUNT is 444455556666; nothing",
        ),
        account_sandbox("sandbox", "444455556666", None),
    ):
        pytest.fail("the account is another one")


def test_profile_that_does_not_exist_is_refused(sts: list[str]) -> None:
    with (
        pytest.raises(ToolError, match=r"\(other\) .*; name a profile that exists$"),
        account_sandbox("other", ACCOUNT, None),
    ):
        pytest.fail("the profile does not exist")
    assert sts == []


def test_files_of_profiles_and_authorities_stay_known() -> None:
    before = {"AWS_CONFIG_FILE": "c", "AWS_CA_BUNDLE": "b", "AWS_SESSION_TOKEN": "t", "HOME": "/home/u"}
    assert only_profile(before, "p") == {
        "AWS_CONFIG_FILE": "c",
        "AWS_CA_BUNDLE": "b",
        "HOME": "/home/u",
        "AWS_PROFILE": "p",
        "AWS_SDK_LOAD_CONFIG": "1",
    }


@pytest.mark.parametrize("isolate", [without_aws, lambda environ: only_profile(environ, "p")])
def test_terraform_uses_no_workspace_and_no_arguments_of_the_users_own_runs(
    isolate: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ("TF_WORKSPACE", "TF_DATA_DIR", "TF_CLI_ARGS", "TF_CLI_ARGS_apply", "TF_VAR_region")
    for name in (*own, "TF_PLUGIN_CACHE_DIR"):
        monkeypatch.setenv(name, "x")
    with environment(isolate):  # type: ignore[arg-type]  # one of two functions
        assert not {*own} & os.environ.keys()
        assert os.environ["TF_PLUGIN_CACHE_DIR"] == "x"
    assert {*own} <= os.environ.keys()
