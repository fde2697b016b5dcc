"""GitHub's API on good days and on bad ones."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from modules.errors import ToolError
from ops.pulls import github
from ops.pulls.github import GitHub, GitHubError
from tests.pulls.github_stand_in import PULL, REPOSITORY, RUN, TOKEN, BadDay, Hub


def test_missing_variables_are_named() -> None:
    with pytest.raises(ToolError, match="GITHUB_REPOSITORY and GITHUB_TOKEN: not set"):
        GitHub.of({"GITHUB_API_URL": "https://api.github.com"})


def test_the_token_is_never_shown(hub: Hub) -> None:
    assert TOKEN not in repr(hub.api)
    with pytest.raises(GitHubError) as caught:
        hub.api.get("nothing")
    assert TOKEN not in str(caught.value)


def test_all_pages_are_read(hub: Hub) -> None:
    for number in range(230):
        hub.comment(f"comment {number}")
    found = [one["body"] for one in hub.api.pages(f"issues/{PULL}/comments")]
    assert found == [f"comment {number}" for number in range(230)]
    assert len(hub.requests) == 3


@pytest.mark.parametrize(
    ("token", "path", "says"),
    [
        (
            TOKEN,
            "pulls/8",
            "GET pulls/8: 404: there is no such thing; see the job's `permissions:` (Not Found)",
        ),
        ("other", f"pulls/{PULL}", "401: the token is not accepted"),
    ],
)
def test_refusal_says_what_and_where(hub: Hub, token: str, path: str, says: str) -> None:
    with pytest.raises(GitHubError) as caught:
        replace(hub.api, token=token).get(path)
    assert says in str(caught.value)
    assert not caught.value.uncertain


def test_forbidden_is_not_tried_again(hub: Hub) -> None:
    hub.bad_days["GET"] = [BadDay(403, body='{"message": "Resource not accessible by integration"}')]
    with pytest.raises(GitHubError, match=r"may not do this.*Resource not accessible"):
        hub.api.get(f"pulls/{PULL}")
    assert len(hub.requests) == 1


@pytest.mark.parametrize(
    ("day", "pause"),
    [
        (BadDay(429, {"Retry-After": "7"}), 7),
        (BadDay(403, {"Retry-After": "60"}), 60),
        (BadDay(429), 1),
        (BadDay(500), 1),
        (BadDay(502), 1),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_answer_that_is_worth_another_try_gets_one(hub: Hub, day: BadDay, pause: float, method: str) -> None:
    issue = hub.issue("before")
    hub.bad_days[method] = [day]
    if method == "GET":
        assert hub.api.get(f"pulls/{PULL}")["number"] == PULL
    else:
        hub.api.patch(f"issues/{issue['number']}", {"body": "after"})
        assert hub.issues[0]["body"] == "after"
    assert hub.pauses == [pause]


def test_limit_of_an_hour_waits_until_it_is_over(hub: Hub) -> None:
    reset = str(int(time.time()) + 30)
    hub.bad_days["GET"] = [BadDay(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset})]
    hub.api.get(f"pulls/{PULL}")
    (pause,) = hub.pauses
    assert 25 <= pause <= 30


def test_limit_that_ends_much_later_is_an_error_at_once(hub: Hub) -> None:
    reset = str(int(time.time()) + 3000)
    hub.bad_days["GET"] = [BadDay(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset})]
    with pytest.raises(GitHubError, match="too many requests; run this again later"):
        hub.api.get(f"pulls/{PULL}")
    assert hub.pauses == []


def test_bad_days_without_end_are_an_error(hub: Hub) -> None:
    hub.bad_days["GET"] = [BadDay(503)] * 9
    with pytest.raises(GitHubError, match="answered 503"):
        hub.api.get(f"pulls/{PULL}")
    assert len(hub.requests) == github.ATTEMPTS


def test_something_is_made_only_once(hub: Hub) -> None:
    hub.bad_days["POST"] = [BadDay(502, done=True)]
    with pytest.raises(GitHubError) as caught:
        hub.api.post("issues", {"title": "t", "body": "b"})
    assert caught.value.uncertain
    assert len(hub.issues) == 1


def test_limited_request_to_make_something_is_tried_again(hub: Hub) -> None:
    hub.bad_days["POST"] = [BadDay(429, {"Retry-After": "3"})]
    hub.api.post("issues", {"title": "t", "body": "b"})
    assert (len(hub.issues), hub.pauses) == (1, [3])


@pytest.mark.parametrize(
    "day",
    [
        BadDay(200, body="<html>"),
        BadDay(301, {"Location": "http://127.0.0.1:1/"}, body='{"message": "Moved Permanently"}'),
    ],
)
def test_answer_that_is_none_is_an_error(hub: Hub, day: BadDay) -> None:
    hub.bad_days["GET"] = [day]
    with pytest.raises(GitHubError, match=f"pulls/{PULL}"):
        hub.api.get(f"pulls/{PULL}")


def test_list_that_is_none_is_an_error(hub: Hub) -> None:
    with pytest.raises(GitHubError, match="is no list"):
        list(hub.api.pages(f"pulls/{PULL}"))


def test_nobody_there_is_one_line() -> None:
    nobody = GitHub("http://127.0.0.1:1", REPOSITORY, TOKEN, pause=lambda _: None)
    with pytest.raises(GitHubError, match=r"cannot be reached: .*refused") as caught:
        nobody.get("pulls/1")
    assert caught.value.status is None
    assert len(str(caught.value).splitlines()) == 1


def test_file_is_fetched_from_elsewhere_without_the_token(hub: Hub) -> None:
    hub.artifacts["synthesized"] = b"PK-content"
    assert hub.api.download("actions/artifacts/1/zip", 100) == b"PK-content"
    assert hub.blobs_with_token == []


@pytest.mark.parametrize("status", [500, 503, 429])
def test_file_is_asked_for_again(hub: Hub, status: int) -> None:
    hub.artifacts["synthesized"] = b"PK-content"
    hub.bad_files = [status]
    assert hub.api.download("actions/artifacts/1/zip", 100) == b"PK-content"
    assert hub.pauses == [1]
    assert hub.blobs_with_token == []


def test_list_without_end_is_an_error_and_never_taken_for_all(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github, "MOST_PAGES", 2)
    for number in range(200):
        hub.comment(f"comment {number}")
    with pytest.raises(GitHubError, match="more than 200 entries"):
        list(hub.api.pages(f"issues/{PULL}/comments"))


def test_file_that_is_too_large_is_an_error(hub: Hub) -> None:
    hub.artifacts["synthesized"] = b"x" * 101
    with pytest.raises(GitHubError, match="larger than 100 bytes"):
        hub.api.download("actions/artifacts/1/zip", 100)


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/x", ""])
def test_file_at_an_address_of_another_kind_is_not_fetched(hub: Hub, place: str) -> None:
    hub.bad_days["GET"] = [BadDay(302, {"Location": place})]
    with pytest.raises(GitHubError, match="cannot be used"):
        hub.api.download("actions/artifacts/1/zip", 100)


def test_message_of_github_cannot_command_the_runner(hub: Hub) -> None:
    hub.bad_days["GET"] = [BadDay(422, body='{"message": "::add-mask::x"}')]
    with pytest.raises(GitHubError) as caught:
        hub.api.get(f"actions/runs/{RUN}")
    assert "::" not in str(caught.value)
