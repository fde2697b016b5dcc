"""The authorities of the database's certificate: without the right ones the function can never connect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modules import facts, synthesis
from modules.errors import ConfigError
from tests.builders import ROOT, good_monitoring, good_settings, synthesized

AUTHORITIES = "tests/authorities.pem"
HOST = "main.abc123.us-east-1.rds.amazonaws.com"
PROXY = "main.proxy-abc123.us-east-1.rds.amazonaws.com"
MANAGED = "arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-0a1b2c-x1y2z3"
IAM = {"auth": "iam", "name": "main", "user": "metrics", "resource_id": "db-ABC123"}
TRUST = "https://truststore.pki.rds.amazonaws.com"


def connected(**connection: Any) -> dict[str, Any]:
    return {"database": {"connection": connection}}


def messages(**connection: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        synthesized(good_settings(connected(**connection)))
    return [str(problem) for problem in caught.value.problems]


def warnings(**connection: Any) -> list[str]:
    found = good_monitoring(connected(**connection)).warnings
    return [text for text in found if "ca_file" in text]


@pytest.mark.parametrize("login", [{"auth": "secret"}, IAM], ids=["secret", "iam"])
def test_host_in_rds_without_authorities_is_rejected_with_the_command(login: dict[str, Any]) -> None:
    assert messages(**login, host=HOST) == [
        f"config/prod.yaml: database.connection.host: {HOST!r} has a certificate of RDS's own authorities, "
        "which no default trust store contains. Download them, and set the file as ca_file: "
        f"curl --fail --output config/rds-us-east-1.pem {TRUST}/us-east-1/us-east-1-bundle.pem"
    ]


@pytest.mark.parametrize(
    "host",
    [
        "main.cluster-abc123.eu-west-1.rds.amazonaws.com",
        "main.cluster-ro-abc123.eu-west-1.rds.amazonaws.com",
        "main.cluster-custom-abc123.eu-west-1.rds.amazonaws.com",
        "MAIN.abc123.eu-west-1.RDS.amazonaws.com",
        "proxy-main.abc123.eu-west-1.rds.amazonaws.com",
        "main.abc123.rds.cn-north-1.amazonaws.com.cn",
        "main.abc123.cn-north-1.rds.amazonaws.com.cn",
        "main.abc123.rds.us-gov-west-1.amazonaws.com",
        "main.abc123.us-gov-west-1.rds.amazonaws.com",
    ],
)
def test_every_form_of_host_in_rds_is_recognized(host: str) -> None:
    assert len(messages(host=host)) == 1
    assert good_settings(connected(host=host, ca_file=AUTHORITIES))


@pytest.mark.parametrize(
    "host",
    [
        PROXY,
        "reader.endpoint.proxy-abc123.us-east-1.rds.amazonaws.com",
        "main.proxy-abc123.rds.cn-north-1.amazonaws.com.cn",
        "db.example",
        "rds.amazonaws.com",
        "main.abc123.us-east-1.rds.amazonaws.com.example",
        "main.abc123.us-east-1.xrds.amazonaws.com",
    ],
)
def test_proxy_and_other_hosts_need_none(host: str) -> None:
    assert good_settings(connected(host=host))
    assert warnings(host=host) == []


@pytest.mark.parametrize(
    ("region", "address"),
    [
        ("eu-central-2", f"{TRUST}/eu-central-2/eu-central-2-bundle.pem"),
        (
            "us-gov-east-1",
            "https://truststore.pki.us-gov-west-1.rds.amazonaws.com/us-gov-east-1/us-gov-east-1-bundle.pem",
        ),
        (
            "cn-northwest-1",
            "https://rds-truststore.s3.cn-north-1.amazonaws.com.cn/cn-northwest-1/cn-northwest-1-bundle.pem",
        ),
        ("eusc-de-east-1", None),
        ("us-esat-1", None),
    ],
)
def test_bundle_is_that_of_the_region(region: str, address: str | None) -> None:
    assert facts.certificate_bundle(region) == address


def test_host_in_a_region_without_a_known_bundle_leads_to_aws_s_page() -> None:
    (text,) = messages(host="main.abc123.us-esat-1.rds.amazonaws.com")
    assert text.endswith("see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html")


def test_host_that_the_secret_alone_contains_is_a_warning() -> None:
    (text,) = warnings()
    assert text.startswith("the host of the database is in its secret and cannot be checked here")
    assert f"{TRUST}/us-east-1/us-east-1-bundle.pem" in text
    assert warnings(ca_file=AUTHORITIES) == warnings(host="db.example") == []


def test_connection_that_no_metric_uses_has_no_warning() -> None:
    metrics = dict.fromkeys(("ActiveSessions", "TotalMessages", "AppointmentsCreated"), "absent")
    found = good_monitoring({"business_metrics": {"metrics": metrics}})
    assert not any("ca_file" in text for text in found.warnings)


def test_authorities_of_rds_for_a_proxy_are_a_warning() -> None:
    (text,) = warnings(host=PROXY, ca_file=AUTHORITIES)
    assert text.startswith("database.connection.ca_file replaces the default trust store")


@pytest.mark.parametrize(
    ("more", "missing"), [({}, "host and name"), ({"host": PROXY}, "name"), ({"name": "main"}, "host")]
)
def test_secret_that_rds_manages_needs_what_it_does_not_contain(more: dict[str, str], missing: str) -> None:
    assert messages(secret_arn=MANAGED, **more) == [
        "config/prod.yaml: database.connection.secret_arn: is a secret that RDS manages, with username and "
        f"password alone; add {missing}"
    ]


# The file itself.


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read: No such file or directory"),
        ("", "contains no certificate in PEM"),
        ("<html>Not Found</html>", "contains no certificate in PEM"),
        (
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
            "contains no certificate in PEM",
        ),
    ],
    ids=["missing", "empty", "another page", "cut off"],
)
def test_file_without_a_certificate_is_rejected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, problem: str
) -> None:
    (tmp_path / "lambda_src").symlink_to(ROOT / "lambda_src")
    monkeypatch.setattr(synthesis, "SOURCES", tmp_path / "lambda_src")
    if content is not None:
        (tmp_path / "rds.pem").write_text(content, "utf-8")
    (text,) = messages(ca_file="rds.pem")
    assert text == (
        f"config/prod.yaml: database.connection.ca_file: 'rds.pem' {problem}; for RDS and Aurora, download "
        f"it: curl --fail --output config/rds-us-east-1.pem {TRUST}/us-east-1/us-east-1-bundle.pem"
    )


def test_folder_instead_of_a_file_is_rejected() -> None:
    (text,) = messages(ca_file="config")
    assert "'config' cannot be read: Is a directory" in text
