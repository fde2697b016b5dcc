"""Profiles whose credentials come from AWS: boto3 calls AWS for them with the same session."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.credentials import SSOProvider

from modules.errors import ToolError
from ops.doctor.gathering import Account
from tests.adopt.accounts import NUMBER, REGION

START = "https://login.example/start"
CONFIG = f"""\
[profile source]
aws_access_key_id = mock-access
aws_secret_access_key = mock-secret
[profile role]
role_arn = arn:aws:iam::{NUMBER}:role/reader
source_profile = source
[profile sso]
sso_start_url = {START}
sso_region = {REGION}
sso_account_id = {NUMBER}
sso_role_name = reader
"""
LATER = "2999-01-01T00:00:00Z"
ANSWERS: dict[str, dict[str, Any]] = {
    "AssumeRole": {
        "Credentials": {
            "AccessKeyId": "a",
            "SecretAccessKey": "b",
            "SessionToken": "c",
            "Expiration": LATER,
        }
    },
    "GetRoleCredentials": {
        "roleCredentials": {
            "accessKeyId": "a",
            "secretAccessKey": "b",
            "sessionToken": "c",
            "expiration": 32_000_000_000_000,
        }
    },
}
IDENTITY = f"""\
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::{NUMBER}:assumed-role/reader/me</Arn><UserId>u</UserId><Account>{NUMBER}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


class Answered:
    """The HTTP part of an answer."""

    status_code = 200


class _Raw(BytesIO):
    def stream(self) -> list[bytes]:
        return [self.read()]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls so far, in an environment with the profiles alone."""
    (tmp_path / "config").write_text(CONFIG, "utf-8")
    token = tmp_path / f"{hashlib.sha1(START.encode(), usedforsecurity=False).hexdigest()}.json"
    token.write_text(json.dumps({"accessToken": "t", "expiresAt": LATER}), "utf-8")
    monkeypatch.setattr(SSOProvider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    return []


def account(profile: str, asked: list[str]) -> Account:
    session = boto3.Session(profile_name=profile, region_name=REGION)

    def credentials(model: Any, **_: Any) -> Any:
        if model.name not in ANSWERS:
            return None
        asked.append(model.name)
        return Answered(), ANSWERS[model.name]

    def identity(request: Any, **_: Any) -> AWSResponse:
        asked.append("GetCallerIdentity")
        return AWSResponse(request.url, 200, {}, _Raw(IDENTITY.encode()))

    session.events.register("before-call", credentials)
    session.events.register("before-send", identity)  # after the request is signed with the credentials
    return Account(session, REGION)


@pytest.mark.parametrize(("profile", "call"), [("role", "AssumeRole"), ("sso", "GetRoleCredentials")])
def test_profile_that_fetches_its_credentials_is_used(profile: str, call: str, asked: list[str]) -> None:
    assert account(profile, asked).place().number == NUMBER
    assert asked == [call, "GetCallerIdentity"]


def test_call_of_the_doctor_that_its_policy_lacks_is_refused(asked: list[str]) -> None:
    with pytest.raises(ToolError, match=r"sts:AssumeRole is not in policy\.json"):
        account("source", asked).get("sts", "assume_role", RoleArn="r" * 20, RoleSessionName="me")
    assert asked == []
