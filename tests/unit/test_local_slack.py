"""The stand-in for Slack: its limits, its rate, and a message as people read it."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.local.notices import notices, readable
from ops.local.servers import Endpoint, reply
from ops.local.slack import Behaviour, Slack
from ops.local.slack_limits import refusal
from ops.local.stand_ins import StandIns
from tests.https import post


def text(content: str, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": content}


def header(content: str = "title") -> dict[str, Any]:
    return {"type": "header", "text": text(content, "plain_text")}


def section(**parts: Any) -> dict[str, Any]:
    return {"type": "section", **(parts or {"text": text("story")})}


def button(**parts: Any) -> dict[str, Any]:
    return {"type": "button", "text": text("Go", "plain_text"), "url": "https://team.example", **parts}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def context(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "context", "elements": list(elements)}


def message(*blocks: Any, **parts: Any) -> bytes:
    return json.dumps({"text": "summary", "attachments": [{"blocks": list(blocks)}], **parts}).encode()


@pytest.mark.parametrize(
    "body",
    [
        message(),
        message(header("h" * 150), section(text=text("s" * 3000))),
        message(section(fields=[text("f" * 200)] * 10)),
        message(*[header()] * 50),
        message(actions(*[button()] * 25), context(*[text("c")] * 10)),
        b'{"text": "plain"}',
        b'{"blocks": [{"type": "divider"}]}',
    ],
)
def test_message_within_the_limits_is_taken(body: bytes) -> None:
    assert refusal(body) is None


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"no json", "invalid_payload"),
        (b"[1]", "invalid_payload"),
        (b"{}", "no_text"),
        (b'{"attachments": 1, "text": "a"}', "too_many_attachments"),
        (json.dumps({"text": "a", "attachments": [{}] * 101}).encode(), "too_many_attachments"),
        (b'{"attachments": [1], "text": "a"}', "invalid_attachments"),
        (message(header("h" * 151)), "invalid_blocks"),
        (message(header("")), "invalid_blocks"),
        (message({"type": "header", "text": text("h")}), "invalid_blocks"),
        (message(section(text=text("s" * 3001))), "invalid_blocks"),
        (message({"type": "section"}), "invalid_blocks"),
        (message(section(fields=[text("f")] * 11)), "invalid_blocks"),
        (message(section(fields=[text("f" * 2001)])), "invalid_blocks"),
        (message(*[header()] * 51), "invalid_blocks"),
        (message(actions()), "invalid_blocks"),
        (message(actions(*[button()] * 26)), "invalid_blocks"),
        (message(actions(button(text=text("b" * 76, "plain_text")))), "invalid_blocks"),
        (message(actions(button(url="https://" + "u" * 3000))), "invalid_blocks"),
        (message(actions(button(action_id="a"), button(action_id="a"))), "invalid_blocks"),
        (message(context(*[text("c")] * 11)), "invalid_blocks"),
        (message({**header(), "block_id": "i" * 256}), "invalid_blocks"),
        (message({"type": "unheard-of"}), "invalid_blocks"),
        (message("no block"), "invalid_blocks"),
        (message(*[section(text=text("s" * 2900))] * 5), "msg_blocks_too_long"),
    ],
)
def test_message_beyond_a_limit_is_refused_in_slacks_words(body: bytes, word: str) -> None:
    assert refusal(body) == word


@pytest.fixture
def stand_ins() -> Iterator[StandIns]:
    with StandIns(["slack-critical", "slack-warning"]) as running:
        yield running


@pytest.fixture
def trusted(stand_ins: StandIns, tmp_path: Path) -> ssl.SSLContext:
    stand_ins.authority.write(tmp_path / "authorities.pem")
    return ssl.create_default_context(cafile=str(tmp_path / "authorities.pem"))


def test_each_channel_has_a_webhook_of_its_own(stand_ins: StandIns, trusted: ssl.SSLContext) -> None:
    assert post(stand_ins.webhooks["slack-warning"], b'{"text": "w"}', trusted).text == "ok"
    assert post(stand_ins.webhooks["slack-critical"], b'{"text": "c"}', trusted).text == "ok"

    found = [(one.channel, one.message["text"]) for one in stand_ins.slack.accepted]
    assert found == [("slack-warning", "w"), ("slack-critical", "c")]


def test_address_that_is_no_webhook_is_refused(stand_ins: StandIns, trusted: ssl.SSLContext) -> None:
    answer = post(stand_ins.slack_endpoint.url + "/services/T/B/x", b"{}", trusted)

    assert (answer.status, answer.text) == (404, "no_service")
    assert stand_ins.slack.asked == []


def test_bad_message_is_refused_and_not_kept(stand_ins: StandIns, trusted: ssl.SSLContext) -> None:
    answer = post(stand_ins.webhooks["slack-critical"], b"{}", trusted)

    assert (answer.status, answer.text) == (400, "no_text")
    assert (len(stand_ins.slack.asked), stand_ins.slack.accepted) == (1, [])


def test_rate_of_one_webhook_is_held_without_touching_the_other(
    stand_ins: StandIns, trusted: ssl.SSLContext
) -> None:
    stand_ins.slack.per_second = 1.0
    critical, warning = stand_ins.webhooks["slack-critical"], stand_ins.webhooks["slack-warning"]

    assert post(critical, b'{"text": "1"}', trusted).status == 200
    refused = post(critical, b'{"text": "2"}', trusted)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    assert post(warning, b'{"text": "3"}', trusted).status == 200


def test_rate_above_slacks_says_how_long_to_wait_and_then_takes_more(
    stand_ins: StandIns, trusted: ssl.SSLContext
) -> None:
    stand_ins.slack.per_second = 4.0
    url = stand_ins.webhooks["slack-critical"]
    assert post(url, b'{"text": "1"}', trusted).status == 200
    wait = float(post(url, b'{"text": "2"}', trusted).headers["Retry-After"])

    assert 0 < wait <= 0.25
    time.sleep(wait + 0.01)
    assert post(url, b'{"text": "2"}', trusted).status == 200


def test_rule_decides_before_slack_does(stand_ins: StandIns, trusted: ssl.SSLContext) -> None:
    stand_ins.slack.rule = lambda channel, message: (
        Behaviour(reply(500)) if message["text"] == "bad" else None
    )
    url = stand_ins.webhooks["slack-critical"]

    assert [post(url, b'{"text": "%s"}' % word, trusted).status for word in (b"bad", b"good")] == [500, 200]
    assert [one.message["text"] for one in stand_ins.slack.accepted] == ["good"]


def test_nobody_trusts_it_without_its_authority(stand_ins: StandIns) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        post(stand_ins.webhooks["slack-critical"], b"{}")
    assert stand_ins.slack.asked == []


def test_webhooks_differ_from_run_to_run() -> None:
    assert Slack(["a"]).paths != Slack(["a"]).paths


def test_endpoint_refuses_while_it_is_stopped_and_comes_back_on_the_same_port() -> None:
    with Endpoint(lambda exchange: reply(200, "here")) as endpoint:
        url = endpoint.url
        endpoint.stop()
        with pytest.raises(ConnectionRefusedError):
            post(url, b"")
        endpoint.start()
        assert post(url, b"").text == "here"
        assert endpoint.url == url


def test_body_that_is_too_large_is_refused_unread() -> None:
    asked = []
    with Endpoint(lambda exchange: asked.append(exchange) or reply(200)) as endpoint:
        assert post(endpoint.url, b"{}", headers={"Content-Length": "99999999"}).status == 413
    assert asked == []


def test_message_is_read_as_people_see_it() -> None:
    body = json.loads(
        message(
            header("🔴 DRILL P1 x-errors"),
            section(text=text("*OK → ALARM*\nA &amp; B &lt;c&gt;")),
            section(
                fields=[
                    text("*Since*\n<!date^1^{date}|2026-11-23 10:15:30 UTC>"),
                    text("*Threshold*\n&gt; 5"),
                ]
            ),
            actions(button()),
            context(text("a <https://team.example|drill>")),
        )
    )

    (notice,) = notices(body)

    assert notice.title == "🔴 DRILL P1 x-errors"
    assert (notice.change, notice.state) == ("OK → ALARM", "ALARM")
    assert notice.story[1] == "A & B <c>"
    assert notice.fields == {"Since": "2026-11-23 10:15:30 UTC", "Threshold": "> 5"}
    assert notice.buttons == {"Go": "https://team.example"}
    assert notice.marks == ("a drill",)
    assert notice.tells_of("x-errors")
    assert not notice.tells_of("errors")


def test_notice_that_is_no_alarm_has_no_state() -> None:
    (notice,) = notices(json.loads(message(header("hello"), section(text=text("just text")))))
    assert (notice.change, notice.state) == ("", "")


@pytest.mark.parametrize(
    ("marked", "plain"), [("*a*", "a"), ("2 * 3 * 4", "2 * 3 * 4"), ("&amp;lt;", "&lt;"), ("a > b", "a > b")]
)
def test_markup_goes_and_text_stays(marked: str, plain: str) -> None:
    assert readable(marked) == plain
