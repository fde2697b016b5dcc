"""Log lines of all functions: JSON that Lambda understands, and no secret in it."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from tests import secret_texts as texts
from tests.lambdas.loader import load

logs = load("digest").shared.logs


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    (line,) = capsys.readouterr().out.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


@pytest.mark.parametrize("level", ["info", "warning", "error"])
def test_line_has_time_level_message_and_fields(level: str, capsys: pytest.CaptureFixture[str]) -> None:
    getattr(logs.Log(environment="prod"), level)(
        "done", count=1, share=0.5, nothing=None, last=ValueError("x")
    )

    line = written(capsys)
    assert datetime.fromisoformat(str(line.pop("timestamp"))).tzinfo
    assert line == {
        "level": level.upper(),
        "message": "done",
        "environment": "prod",
        "count": 1,
        "share": 0.5,
        "nothing": None,
        "last": "x",
    }


@pytest.mark.parametrize("secret", [*texts.CERTAIN, *texts.POSSIBLE])
def test_no_secret_is_written(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.Log().error("failed", reason=f"it is {secret} here", result={"inner": secret, "taken": 3})

    line = json.dumps(written(capsys))
    assert [part for part in texts.PARTS if part in line] == []
    assert '"taken": 3' in line


@pytest.mark.parametrize("text", texts.READABLE)
def test_what_a_reader_needs_is_written(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.Log().info("notice", text=text)

    assert written(capsys)["text"] == text


def test_known_secret_is_hidden_wherever_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    log = logs.Log()
    log.hide("correct horse", "correct horse battery", "short")
    log.info("failed", reason="no correct horse battery here, short of one")

    assert written(capsys)["reason"] == "no (sensitive) here, short of one"


def test_line_fits_into_one_event_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    logs.Log().info("notice", text="ü" * 300_000)

    assert len(json.dumps(written(capsys))) < 256_000
