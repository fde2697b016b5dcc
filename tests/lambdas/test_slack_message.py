"""What Slack is shown, and Slack's limits."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lambdas import slack_samples as samples
from tests.lambdas.loader import load
from tests.lambdas.test_slack_notice import JSON, disturbed

slack = load("slack_notifier")
QUERY = 'fields @timestamp, level\n| filter level in ["ERROR", "CRITICAL"] and cost > $5'
GROUP = "/aws/scheduling-agent/backend"
ENVIRON = {
    "ENVIRONMENT": "prod",
    "AWS_REGION": "us-east-1",
    "RUNBOOK_BASE_URL": "https://wiki.example.com/runbooks/",
    "DASHBOARD_NAME": "scheduling-agent-real-time",
    "LOG_QUERIES": json.dumps(
        [
            {"alarms": ["lambda", "lambda-errors"], "groups": ["/aws/lambda/a", GROUP], "query": QUERY},
            {"alarms": ["lambda-duration"], "groups": [GROUP], "query": "duration"},
            {"groups": [GROUP], "query": "default"},
        ]
    ),
}
OPTIONS = slack.options.read_options(ENVIRON)


def read(message: object, **wrapping: Any) -> Any:
    return slack.events.read(samples.envelope(message, **wrapping), OPTIONS)


def blocks(message: object, **wrapping: Any) -> list[dict[str, Any]]:
    return slack.message.attachment(read(message, **wrapping), OPTIONS)["blocks"]


def shown(message: object, **wrapping: Any) -> str:
    return json.dumps(blocks(message, **wrapping), ensure_ascii=False)


def urls(message: object, **wrapping: Any) -> dict[str, str]:
    actions = [block for block in blocks(message, **wrapping) if block["type"] == "actions"]
    return {button["text"]["text"]: button["url"] for block in actions for button in block["elements"]}


@pytest.mark.parametrize(
    ("state", "severity", "colour"),
    [
        ("ALARM", "critical", "#d32f2f"),
        ("ALARM", "warning", "#f57c00"),
        ("ALARM", "info", "#1976d2"),
        ("OK", "critical", "#2e7d32"),
        ("OK", "info", "#2e7d32"),
        ("INSUFFICIENT_DATA", "critical", "#757575"),
    ],
)
def test_colour_follows_state_and_severity(state: str, severity: str, colour: str) -> None:
    notice = read(samples.metric_alarm(NewStateValue=state), topic=samples.topic_of(severity))

    assert slack.message.attachment(notice, OPTIONS)["color"] == colour


@pytest.mark.parametrize(
    "text",
    [
        "scheduling-agent-lambda-errors-notes-actions",
        "P1",
        "*OK → ALARM*",
        "was greater than the threshold (5.0)",
        "*Value*\\n12",
        "*Threshold*\\n&gt; 5",
        "*Account*\\n123456789012",
        "*Region*\\nus-east-1",
        "*Environment*\\nprod",
        "2026-11-23 10:15:30 UTC",
    ],
)
def test_alarm_shows(text: str) -> None:
    assert text in shown(samples.metric_alarm())


def test_drill_is_marked_where_people_look() -> None:
    first, *_, last = blocks(samples.drill())

    assert "DRILL" in first["text"]["text"]
    assert "This is a drill" in last["elements"][0]["text"]
    assert slack.message.payload([read(samples.drill())], OPTIONS)["text"].startswith("DRILL P1 ALARM")
    assert "drill" not in shown(samples.metric_alarm()).lower()


def test_markup_of_others_is_only_text() -> None:
    text = shown(samples.metric_alarm(NewStateReason="<!channel> & <https://example.com|click>"))

    assert "&lt;!channel&gt; &amp; &lt;https://example.com|click&gt;" in text
    assert "<!channel>" not in text


def test_mentions_are_not_parsed() -> None:
    section = blocks(samples.metric_alarm(NewStateReason="@here"))[1]

    assert section["text"]["verbatim"] is True


def test_buttons_of_an_alarm() -> None:
    found = urls(samples.metric_alarm())

    assert list(found) == ["Runbook", "Alarm", "Dashboard", "Logs"]
    assert found["Runbook"] == f"{samples.RUNBOOKS}/lambda-errors.md"
    console = "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
    assert found["Alarm"] == f"{console}#alarmsV2:alarm/scheduling-agent-lambda-errors-notes-actions"
    assert found["Dashboard"] == f"{console}#dashboards/dashboard/scheduling-agent-real-time"


def test_runbook_path_is_completed() -> None:
    assert urls(samples.alarm_event())["Runbook"] == "https://wiki.example.com/runbooks/response-time.md"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://", "https://ex ample", "https://é.com/ü", "<x>"]
)
def test_runbook_that_slack_would_refuse_is_no_button(link: str) -> None:
    options = slack.options.read_options({})
    notice = slack.events.read(
        samples.envelope(samples.metric_alarm(AlarmDescription=f"x Runbook: {link}")), options
    )

    assert "Runbook" not in str(slack.buttons.buttons(notice, options))


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-central-1", "eu-central-1.console.aws.amazon.com"),
        ("aws-us-gov", "us-gov-west-1", "console.amazonaws-us-gov.com"),
        ("aws-cn", "cn-north-1", "console.amazonaws.cn"),
        ("aws-eusc", "eusc-de-east-1", "console.amazonaws-eusc.eu"),
    ],
)
def test_console_of_the_partition(partition: str, region: str, host: str) -> None:
    arn = f"arn:{partition}:cloudwatch:{region}:{samples.ACCOUNT}:alarm:x"
    from_arn = urls(samples.metric_alarm(AlarmArn=arn))
    place = slack.links.place_of("", region=region)

    for url in (from_arn["Alarm"], from_arn["Dashboard"], from_arn["Logs"], slack.links.alarm(place, "x")):
        assert urlsplit(url).netloc == host
        assert urlsplit(url).query == f"region={region}"


@pytest.mark.parametrize("arn", ["arn:aws:cloudwatch:evil.com/#:1:alarm:x", "arn:aws-moon:sns:us-east-1:1:x"])
def test_unknown_place_has_no_links(arn: str) -> None:
    options = slack.options.read_options(
        {"DASHBOARD_NAME": "d", "RUNBOOK_BASE_URL": "https://wiki.example.com"}
    )
    body = samples.envelope(samples.metric_alarm(AlarmArn=arn), topic="t")

    assert slack.buttons.buttons(slack.events.read(body, options), options)[1:] == []


def jsurl(text: str) -> str:
    """The decoding side of JSURL, for strings."""
    wide = re.sub(r"\*\*([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)
    plain = re.sub(r"\*([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), wide)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16")


def insights(url: str) -> dict[str, str]:
    """What the console reads out of an address of Logs Insights."""
    route, _, encoded = urlsplit(url).fragment.partition("$3F")
    assert route == "logsV2:logs-insights"
    detail = unquote(unquote(encoded.replace("$", "%")))
    match = re.fullmatch(
        r"queryDetail=~\(end~'(?P<end>[^~]*)~start~'(?P<start>[^~]*)~timeType~'ABSOLUTE~tz~'UTC"
        r"~editorString~'(?P<query>[^~]*)~source~\((?P<groups>(~'[^~]*)*)\)\)",
        detail,
    )
    assert match is not None
    return {name: jsurl(text) for name, text in match.groupdict().items()}


def test_logs_link_holds_query_groups_and_window() -> None:
    found = insights(urls(samples.metric_alarm())["Logs"])

    assert found == {
        "query": QUERY,
        "groups": f"~'/aws/lambda/a~'{GROUP}",
        "start": "2026-11-23T10:05:30.000Z",
        "end": "2026-11-23T10:20:30.000Z",
    }


def test_logs_link_is_spelled_as_the_console_spells_it() -> None:
    """By an address that the console itself made, as quoted in public."""
    place = slack.links.Place("aws", "eu-west-1", "")
    url = slack.links.insights(place, ["/aws/lambda/x"], "fields @timestamp, @message\n| limit 200", 0, 60)

    assert url == (
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:logs-insights"
        "$3FqueryDetail$3D$257E$2528end$257E$25271970-01-01T00*3a01*3a00.000Z"
        "$257Estart$257E$25271970-01-01T00*3a00*3a00.000Z$257EtimeType$257E$2527ABSOLUTE$257Etz$257E$2527UTC"
        "$257EeditorString$257E$2527fields*20*40timestamp*2c*20*40message*0a*7c*20limit*20200"
        "$257Esource$257E$2528$257E$2527*2faws*2flambda*2fx$2529$2529"
    )


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_query_survives_the_link(query: str) -> None:
    url = slack.links.insights(slack.links.Place("aws", "us-east-1"), ["g"], query, 0, 1)

    assert url.isascii()
    assert insights(url)["query"] == query


@pytest.mark.parametrize(
    ("alarm", "query"),
    [
        ("scheduling-agent-lambda-errors", QUERY),
        ("scheduling-agent-lambda-duration-x", "duration"),
        ("scheduling-agent-else", "default"),
    ],
)
def test_query_is_the_one_with_the_longest_word(alarm: str, query: str) -> None:
    assert slack.buttons.matching(alarm, OPTIONS.log_queries).query == query


def test_mistakes_in_variables_cost_a_button_and_are_told() -> None:
    wrong = {
        "LOG_QUERIES": '[{"alarms": 1}]',
        "RUNBOOK_BASE_URL": "ftp://x",
        "SEVERITY": "loud",
        "SECRET_LIFETIME_SECONDS": "-1",
        "MESSAGE_INTERVAL_SECONDS": "soon",
    }
    options = slack.options.read_options(wrong)

    assert {mistake.partition(":")[0] for mistake in options.mistakes} == set(wrong)
    assert options == slack.options.Options(mistakes=options.mistakes)


@pytest.mark.parametrize("value", ["{", "null", "7", "[1]", '[{"groups": [], "alarms": 2, "query": ""}]'])
def test_unreadable_queries_are_told(value: str) -> None:
    assert len(slack.options.read_options({"LOG_QUERIES": value}).mistakes) == 1


def test_several_notices_share_a_message() -> None:
    notices = [read(samples.metric_alarm()), read(samples.recovery())]
    message = slack.message.payload(notices, OPTIONS)

    assert [part["color"] for part in message["attachments"]] == ["#d32f2f", "#2e7d32"]
    assert len(message["text"].splitlines()) == 2


@pytest.mark.parametrize(
    "text",
    ["&" * 9000, "<" * 148 + "&&&", '"' * 9000, "\\" * 9000, "\n" * 9000, "🚨" * 9000, "\ud83d" * 9000],
)
def test_limits_hold_for_spiteful_text(text: str) -> None:
    changes = {"AlarmName": text, "NewStateReason": text, "AlarmDescription": text, "OldStateValue": text}
    trigger = {"MetricName": text, "Namespace": text, "Dimensions": [{"name": text, "value": text}] * 40}
    keep_limits([read(samples.metric_alarm(**changes, Trigger=trigger, AWSAccountId=text), subject=text)])


def keep_limits(notices: list[Any]) -> None:
    """Every limit of Slack's that a message could break."""
    body = slack.message.encode(notices, OPTIONS)
    message = json.loads(body)
    parts = [block for attachment in message["attachments"] for block in attachment["blocks"]]
    assert len(body.decode()) <= 13_000
    assert 1 <= len(message["text"]) <= 4000
    assert len(parts) <= 50
    assert len(message["attachments"]) <= 20
    for block in parts:
        keep_block_limits(block)


def keep_block_limits(block: dict[str, Any]) -> None:
    limits = {"header": 150, "section": 3000}
    if "text" in block:
        keep_text_limits(block["text"]["text"], limits[block["type"]])
    if block["type"] == "section":
        assert "text" in block or block["fields"]
    for field in block.get("fields", ()):
        keep_text_limits(field["text"], 2000)
    assert len(block.get("fields", ())) <= 10
    if block["type"] == "actions":
        assert 1 <= len(block["elements"]) <= 25
        for button in block["elements"]:
            keep_text_limits(button["text"]["text"], 75)
            assert len(button["url"]) <= 3000
            assert slack.options.ADDRESS.fullmatch(button["url"].replace("#", "/"))


def keep_text_limits(text: str, most: int) -> None:
    assert text.strip()
    assert len(text) <= most
    assert not re.search(r"&(?!(amp|lt|gt);)", text), "an entity was cut"


@given(st.lists(disturbed() | JSON, min_size=1, max_size=10))
def test_limits_hold_for_any_batch(messages: list[Any]) -> None:
    queued = [slack.delivery.Queued(read(message), ("r",)) for message in messages]
    found = list(slack.delivery.groups(slack.delivery.in_order(queued), OPTIONS))

    assert sum(map(len, found)) == len(messages)
    for group in found:
        keep_limits([one.notice for one in group])


@given(st.text(alphabet="&<>;ampltgx ", max_size=80), st.integers(8, 60))
def test_entities_are_never_cut(text: str, most: int) -> None:
    escaped = slack.shared.texts.escape(text, most)

    assert len(escaped) <= most
    assert not re.search(r"&(?!(amp|lt|gt);)", escaped)
