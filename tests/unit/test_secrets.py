"""Every matcher of secrets answers the one table of cases."""

from __future__ import annotations

import importlib.util
import re
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from modules.facts.secrets import secrets
from modules.packaging import SECRETS, package
from modules.semantics.secrets import SENSITIVE, masked, secret_in
from tests import secret_texts as texts
from tests.builders import ROOT

Matcher = Callable[[str], str]
SLOWEST_SECONDS = 3.0  # for 50,000 characters on a busy machine; what is quadratic takes minutes


def of_the_functions(folder: Path) -> Matcher:
    """The matcher in an archive, with the patterns that packaging wrote."""
    (folder / "f").mkdir()
    (folder / "f" / "handler.py").touch()
    (folder / "shared").symlink_to(ROOT / "lambda_src" / "shared")
    archive = package(folder / "f", folder / "f.zip")
    path = folder / "out"
    with zipfile.ZipFile(archive.path) as file:
        file.extractall(path)
    assert (path / SECRETS).is_file()
    spec = importlib.util.spec_from_file_location("redaction_in_archive", path / "shared" / "redaction.py")
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Matcher = module.redact
    return found


@pytest.fixture(scope="module", params=["generator", "functions"])
def redacted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    return masked if request.param == "generator" else of_the_functions(tmp_path_factory.mktemp("archive"))


@pytest.mark.parametrize("secret", [*texts.CERTAIN, *texts.POSSIBLE])
def test_secret_is_redacted_and_the_rest_stays(secret: str, redacted: Matcher) -> None:
    text = redacted(f"before {secret} after")

    assert SENSITIVE in text
    assert [part for part in texts.PARTS if part in text] == []
    assert text.startswith("before ")
    assert redacted(text) == text


def test_redacted_value_in_brackets_keeps_its_bracket(redacted: Matcher) -> None:
    text = f"Duration (ApiKey={SENSITIVE})"

    assert redacted(text) == text


@pytest.mark.parametrize("text", texts.READABLE)
def test_what_a_reader_needs_stays(text: str, redacted: Matcher) -> None:
    assert redacted(text) == text
    assert redacted(f"See {text} today.") == f"See {text} today."


@pytest.mark.parametrize("value", texts.CERTAIN)
def test_certain_secret_is_named_under_any_name(value: str) -> None:
    assert secret_in("MODE", value)


@pytest.mark.parametrize("value", [*texts.POSSIBLE, *texts.READABLE])
def test_value_is_rejected_for_certain_patterns_alone(value: str) -> None:
    certain = [one["pattern"] for one in secrets()["patterns"] if one.get("certain")]

    assert bool(secret_in("MODE", value)) is any(re.search(pattern, value) for pattern in certain)
    if value in texts.READABLE:
        assert secret_in("MODE", value) is None


@pytest.mark.parametrize("name", texts.CERTAIN_NAMES)
def test_value_under_the_name_of_a_secret_is_rejected(name: str) -> None:
    assert secret_in(name, "hunter22") == "a value under the name of a secret"
    assert secret_in(name, "") is None
    assert secret_in(name, texts.ARN) is None
    assert secret_in(name, "${var.word}") is None
    assert secret_in(name, "${var.prefix}-hunter22")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_SECRET_ARN", texts.ARN),
        ("SLACK_SECRET", texts.ARN),
        ("SLACK_SECRET", "${aws_secretsmanager_secret.slack.arn}"),
        (
            "SLACK_SECRET",
            "arn:${data.aws_partition.current.partition}:secretsmanager:x:1:secret:slack-AbCdEf",
        ),
        ("API_TOKEN", "${var.token}"),
        ("API_TOKEN", ""),
        ("SECRET_LIFETIME_SECONDS", "300"),
        ("SLACK_ALLOWED_HOSTS", "hooks.slack.com hooks.slack-gov.com"),
        ("QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/111122223333/scheduling-agent-digest"),
        ("RUNBOOK_BASE_URL", "https://wiki.example.com/integration/services/runbooks"),
        ("TOPIC_ARN", "arn:aws:sns:us-east-1:111122223333:scheduling-agent-digest"),
        ("LOG_QUERIES", '[{"groups":["/aws/x"],"query":"filter @message like /ERROR|Traceback/"}]'),
        ("KMS_KEY", "alias/scheduling-agent"),
        ("DSN", "host=db password=${var.password} port=5432"),
        ("TIME_ZONE", "Europe/Berlin"),
        ("EMAIL", "https://example.com/?to=ops@example.com"),
    ],
)
def test_what_names_a_secret_or_looks_harmless_is_left_alone(name: str, value: str) -> None:
    assert secret_in(name, value) is None


@pytest.mark.parametrize("text", texts.SLOW, ids=lambda text: text[:20])
def test_long_text_takes_no_long_time(text: str, redacted: Matcher) -> None:
    start = time.process_time()
    redacted(text)

    assert time.process_time() - start < SLOWEST_SECONDS


def test_hints_are_in_small_letters_and_in_every_match() -> None:
    for entry in secrets()["patterns"]:
        for text in (*texts.CERTAIN, *texts.POSSIBLE):
            if entry["hints"] and (match := re.search(entry["pattern"], text)):
                assert any(hint in match[0].lower() for hint in entry["hints"]), (entry, match[0])


def test_matcher_of_the_functions_is_that_of_the_generator(tmp_path: Path) -> None:
    redact = of_the_functions(tmp_path)

    for text in (*texts.CERTAIN, *texts.POSSIBLE, *texts.READABLE):
        assert redact(text) == masked(text)
