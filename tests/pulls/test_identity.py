"""The identity of a job towards AWS."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from modules.errors import MonitoringError, ToolError
from ops.pulls.commands import app
from ops.pulls.identities import write_token
from tests.pulls.github_stand_in import Hub


def environ(hub: Hub) -> dict[str, str]:
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{hub.url}/identity?api-version=2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
    }


def test_token_is_written_for_its_owner_alone_and_never_printed(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "identity"
    file.write_text("an older one, that all could read")
    result = CliRunner().invoke(app, ["identity", str(file)], env=environ(hub))
    assert result.exit_code == 0, result.output
    assert file.read_text() == hub.token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert hub.token not in result.output


def test_job_without_the_right_is_told_which_one_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="the job needs `permissions: id-token: write`"):
        write_token({}, tmp_path / "identity")


@pytest.mark.parametrize("token", ["", "ü"])
def test_answer_without_a_token_is_an_error(hub: Hub, tmp_path: Path, token: str) -> None:
    hub.token = token
    with pytest.raises(ToolError, match="holds no token"):
        write_token(environ(hub), tmp_path / "identity")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("file:///etc/passwd?", "is no address"),
        ("http://127.0.0.1:1/?", "identity: cannot be reached"),
        ("HUB/nothing?", "identity: 401"),
    ],
)
def test_place_that_gives_none_is_an_error(hub: Hub, tmp_path: Path, url: str, says: str) -> None:
    changed = {"ACTIONS_ID_TOKEN_REQUEST_URL": url.replace("HUB", hub.url)}
    with pytest.raises(MonitoringError, match=says):
        write_token(environ(hub) | changed, tmp_path / "identity")
    assert not (tmp_path / "identity").exists()
