"""Whom the publisher logs in as: secrets that last, are renewed, and are never told."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lambdas.publisher_bench import PASSWORD, SECRET_ARN, USER, AwsFaultError, Vault, secret

pytest_plugins = ["tests.lambdas.publisher_fixtures"]

HIDDEN_PART = "hidden-part-of-it"
ENVIRON = {"ENVIRONMENT": "test", "DB_SECRET_ARN": SECRET_ARN, "DB_HOST": "db.example", "DB_NAME": "agent"}


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def logins(function: SimpleNamespace, vault: Vault, clock: Clock, **environ: str) -> Any:
    settings = function.settings.Settings.read(ENVIRON | environ)
    return function.logins.SecretLogins(settings, vault, function.shared.logs.Log(environment="test"), clock)


def test_secret_says_what_the_variables_do_not(function: SimpleNamespace) -> None:
    vault = Vault([secret(host="other.example", port=6000, dbname="other")])

    given_host = logins(function, vault, Clock()).login()
    of_secret = logins(function, vault, Clock(), DB_HOST="", DB_NAME="").login()
    given_port = logins(function, vault, Clock(), DB_PORT="7000").login()

    assert (given_host.host, given_host.port, given_host.database) == ("db.example", 6000, "agent")
    assert (of_secret.host, of_secret.port, of_secret.database) == ("other.example", 6000, "other")
    assert given_port.port == 7000
    assert (of_secret.user, of_secret.password) == (USER, PASSWORD)
    assert PASSWORD not in repr(of_secret)


@pytest.mark.parametrize(("port", "found"), [(None, 5432), ("5433", 5433), (5434, 5434), ("many", 5432)])
def test_port_of_the_secret_may_be_text(function: SimpleNamespace, port: object, found: int) -> None:
    assert logins(function, Vault([secret(port=port)]), Clock()).login().port == found


def test_secret_is_kept_for_its_lifetime(function: SimpleNamespace) -> None:
    clock, vault = Clock(), Vault([secret()])
    source = logins(function, vault, clock, SECRET_LIFETIME_SECONDS="100")
    for later in (0, 50, 49, 2, 99):
        clock.seconds += later
        source.login()

    assert vault.asked == 2


def test_old_secret_serves_while_no_newer_can_be_had(
    function: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, vault = Clock(), Vault([secret(), AwsFaultError("InternalServiceError")])
    source = logins(function, vault, clock)
    first = source.login()
    clock.seconds += 1e6

    assert source.login() == first
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["message"], line["reason"]) == (
        "secret_not_renewed",
        "Secrets Manager: InternalServiceError",
    )


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (HIDDEN_PART, "username, password"),
        (json.dumps([HIDDEN_PART]), "username, password"),
        (json.dumps({"username": USER, "passwort": HIDDEN_PART}), "password"),
        (json.dumps({"username": "", "password": HIDDEN_PART}), "username"),
        (json.dumps({"username": USER, "password": [HIDDEN_PART]}), "password"),
        ("", "username, password"),
    ],
)
def test_unusable_secret_is_told_without_its_content(
    function: SimpleNamespace, text: str, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(function.faults.Fault, match=f"credentials: .*{missing}") as caught:
        logins(function, Vault([text]), Clock()).login()

    assert HIDDEN_PART not in f"{caught.value!r}{capsys.readouterr().out}"


def test_host_that_nobody_names_is_told(function: SimpleNamespace) -> None:
    with pytest.raises(function.faults.Fault, match="host, dbname"):
        logins(function, Vault([secret()]), Clock(), DB_HOST="", DB_NAME="").login()


@given(password=st.text(min_size=6), message=st.text())
def test_password_is_never_written(function: SimpleNamespace, password: str, message: str) -> None:
    log = function.shared.logs.Log(environment="test")
    settings = function.settings.Settings.read(ENVIRON)
    login = function.logins.SecretLogins(settings, Vault([secret(password)]), log, Clock()).login()

    assert login.password == password
    cleaned = log.clean(f"{message}{password}{message}").replace(function.shared.logs.SENSITIVE, "")
    assert password not in cleaned or password in message


def test_token_of_iam_is_signed_here_for_this_user(
    function: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    settings = function.settings.Settings.read(
        ENVIRON | {"DB_AUTH": "iam", "DB_USER": "metrics", "AWS_REGION": "eu-west-1", "DB_PORT": "5433"}
    )

    source = function.logins.logins(settings, function.shared.logs.Log(environment="test"))
    login = source.login()

    asked = urlsplit(f"https://{login.password}")
    assert (asked.hostname, asked.port) == ("db.example", 5433)
    assert parse_qs(asked.query)["DBUser"] == ["metrics"]
    assert "eu-west-1/rds-db" in parse_qs(asked.query)["X-Amz-Credential"][0]
    assert (login.user, login.host, login.port, login.database) == ("metrics", "db.example", 5433, "agent")
    assert source.renewed() is None


def test_token_that_cannot_be_made_is_a_fault(function: SimpleNamespace) -> None:
    def fails(*_: object) -> str:
        raise AwsFaultError("NoCredentials")

    settings = function.settings.Settings.read(
        ENVIRON | {"DB_AUTH": "iam", "DB_USER": "metrics", "AWS_REGION": "eu-west-1"}
    )
    source = function.logins.TokenLogins(settings, fails, function.shared.logs.Log(environment="test"))

    with pytest.raises(function.faults.Fault, match="credentials: no IAM token: NoCredentials"):
        source.login()
