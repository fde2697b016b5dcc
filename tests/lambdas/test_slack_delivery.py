"""What arrives at Slack, what goes back to the queue, and what the log says: against a real server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.packaging import package
from tests import secret_texts as texts
from tests.lambdas import slack_samples as samples
from tests.lambdas import slack_stand_in as stand_in
from tests.lambdas.loader import SOURCES, load
from tests.lambdas.slack_stand_in import Slack, status, titles
from tests.lambdas.test_slack_notice import JSON, disturbed

notifier = load("slack_notifier")
ARN = f"arn:aws:secretsmanager:us-east-1:{samples.ACCOUNT}:secret:slack-critical-AbCdEf"
MINUTE = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)


class Clock:
    """Real time, in which sleeping takes none."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return time.monotonic() + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def jitter(self, low: float, high: float) -> float:
        return high


class Vault:
    """Secrets Manager: what it holds, or the error that it raises."""

    def __init__(self, *texts: str | Exception) -> None:
        self.texts, self.asked = list(texts), 0

    def __call__(self, arn: str, seconds: float) -> str:
        assert arn == ARN
        self.asked += 1
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        if isinstance(text, Exception):
            raise text
        return text


class Bench:
    """A notifier before a stand-in."""

    def __init__(self, slack: Slack) -> None:
        self.slack, self.clock = slack, Clock()
        self.vault = Vault(json.dumps({"url": slack.url}))
        self.environ = {"SLACK_SECRET_ARN": ARN, "SLACK_ALLOWED_HOSTS": slack.host, "AWS_REGION": "us-east-1"}

    def notifier(self, **environ: str) -> Any:
        options = notifier.options.read_options(self.environ | environ)
        return notifier.notifier.Notifier(options, get=self.vault, clock=self.clock)

    def failed(self, event: object, context: object = MINUTE) -> list[str]:
        return failures(self.notifier().run(event, context))


def failures(answer: dict[str, Any]) -> list[str]:
    assert answer.keys() == {"batchItemFailures"}
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with stand_in.slack() as slack:
        yield Bench(slack)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts end after a fifth of a second."""
    monkeypatch.setattr(notifier.sender, "ATTEMPT_SECONDS", 0.2)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def named(name: str) -> dict[str, Any]:
    return samples.metric_alarm(AlarmName=name)


TEN = [named(f"alarm-{index}") for index in range(10)]


def test_notice_arrives(bench: Bench) -> None:
    assert bench.failed(samples.batch(named("a"))) == []

    (message,) = bench.slack.accepted
    assert titles([message]) == ["🔴 P1 a"]
    assert bench.slack.requests[0][0] == stand_in.PATH


def test_all_samples_arrive_but_the_first_data(bench: Bench) -> None:
    assert bench.failed(samples.batch(*samples.ALL.values())) == []

    assert len(titles(bench.slack.accepted)) == len(samples.ALL) - 1


def test_batch_shares_messages_at_one_a_second(bench: Bench) -> None:
    assert bench.failed(samples.batch(*TEN)) == []

    assert sorted(titles(bench.slack.accepted)) == [f"🔴 P1 alarm-{index}" for index in range(10)]
    count = len(bench.slack.requests)
    assert count < 5
    assert len(bench.clock.slept) == count - 1
    assert all(0.9 < seconds <= 1 for seconds in bench.clock.slept)


def test_grave_notices_come_first_and_in_their_order(bench: Bench) -> None:
    given = [("p3", "info", 1), ("p1 late", "critical", 2), ("p2", "warning", 0), ("p1 early", "critical", 1)]
    bodies = [
        samples.envelope(
            samples.metric_alarm(AlarmName=name, StateChangeTime=f"2026-11-23T10:0{minute}:00Z"),
            topic=samples.topic_of(severity),
            key=name,
        )
        for name, severity, minute in given
    ]

    assert bench.failed({"Records": [samples.record(body, "r") for body in bodies]}) == []
    assert titles(bench.slack.accepted) == ["🔴 P1 p1 early", "🔴 P1 p1 late", "🟠 P2 p2", "🔵 P3 p3"]


@pytest.mark.parametrize(
    "fault",
    [
        status(500),
        status(503, "upstream connect error"),
        status(429),
        status(429, "rate_limited", Retry_After="1"),
        status(429, Retry_After="Fri, 31 Dec 1999 23:59:59 GMT"),
        status(200),
        status(200, "<html>captive portal</html>"),
        stand_in.garbage,
        stand_in.reset,
        stand_in.hang,
        stand_in.drip,
    ],
)
@pytest.mark.usefixtures("quick")
def test_passing_fault_delays_and_loses_nothing(bench: Bench, fault: stand_in.Behaviour) -> None:
    bench.slack.answers(fault, fault, stand_in.accept)

    assert bench.failed(samples.batch(named("a"))) == []
    assert titles(bench.slack.accepted) == ["🔴 P1 a"]
    assert len(bench.slack.requests) == 3


@pytest.mark.parametrize(
    "fault",
    [status(500), status(429), status(200), stand_in.garbage, stand_in.reset, stand_in.hang, stand_in.drip],
)
@pytest.mark.usefixtures("quick")
def test_lasting_fault_sends_the_records_back(
    bench: Bench, fault: stand_in.Behaviour, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.slack.answers(fault)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 9_000)

    assert sorted(bench.failed(samples.batch(named("a"), named("b")), context)) == ["r-0", "r-1"]
    assert bench.slack.accepted == []
    told = lines(capsys)
    assert [line["message"] for line in told].count("notice_returned") == 2
    assert told[-1]["message"] == "batch_done"
    assert (told[-1]["failed"], told[-1]["refused"]) == (2, 0)


def test_refused_connection_sends_the_records_back(bench: Bench) -> None:
    host = f"127.0.0.1:{stand_in.free_port()}"
    bench.vault = Vault(f"http://{host}{stand_in.PATH}")
    bench.environ["SLACK_ALLOWED_HOSTS"] = host

    assert bench.failed(samples.batch(named("a"))) == ["r-0"]
    assert len(bench.clock.slept) == notifier.sender.MOST_FAULTS - 1


def test_tls_fault_sends_the_records_back(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.vault = Vault(bench.slack.url.replace("http:", "https:"))

    assert bench.failed(samples.batch(named("a"))) == ["r-0"]
    assert {line["fault"] for line in lines(capsys) if line["message"] == "slack_retry"} == {"SSLError"}


def test_retry_after_is_honoured(bench: Bench) -> None:
    bench.slack.answers(status(429, Retry_After="7"), stand_in.accept)

    assert bench.failed(samples.batch(named("a"))) == []
    assert len(bench.clock.slept) == 1
    assert 6.9 < bench.clock.slept[0] <= 7


def test_retry_after_beyond_the_time_is_not_waited_for(bench: Bench) -> None:
    bench.slack.answers(status(429, Retry_After="3600"))

    assert sorted(bench.failed(samples.batch(*TEN))) == [f"r-{index}" for index in range(10)]
    assert len(bench.slack.requests) == 1
    assert bench.clock.slept == []


def test_being_too_fast_is_no_fault(bench: Bench) -> None:
    bench.slack.answers(*[status(429, Retry_After="1")] * 12, stand_in.accept)

    assert bench.failed(samples.batch(named("a"))) == []


def test_long_retry_after_does_not_outlive_its_invocation(bench: Bench) -> None:
    bench.slack.answers(status(429, Retry_After="3600"), stand_in.accept)
    warm = bench.notifier()

    assert failures(warm.run(samples.batch(named("a")), MINUTE)) == ["r-0"]
    assert failures(warm.run(samples.batch(named("a")), MINUTE)) == []


def test_pauses_grow_and_end(bench: Bench) -> None:
    bench.slack.answers(status(500))

    bench.failed(samples.batch(named("a")))
    assert [round(seconds) for seconds in bench.clock.slept] == [1, 2, 4, 8]


@pytest.mark.parametrize("fault", [stand_in.hang, stand_in.drip], ids=["hang", "drip"])
@pytest.mark.usefixtures("quick")
def test_time_that_remains_bounds_the_whole(bench: Bench, fault: stand_in.Behaviour) -> None:
    bench.slack.answers(fault)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 4_000)
    before = bench.clock.now()

    assert len(bench.failed(samples.batch(*TEN), context)) == 10
    assert bench.clock.now() - before < 4 - notifier.notifier.RESERVE_SECONDS + 0.1


def test_no_time_left_tries_nothing(bench: Bench) -> None:
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 1_000)

    assert bench.failed(samples.batch(named("a")), context) == ["r-0"]
    assert bench.slack.requests == []


def test_context_without_a_clock_will_do(bench: Bench) -> None:
    assert bench.failed(samples.batch(named("a")), None) == []


def bad_if(text: str, answer: stand_in.Behaviour) -> Callable[[str, Any], stand_in.Behaviour | None]:
    return lambda path, message: answer if text in json.dumps(message) else None


def test_one_bad_notice_drags_no_other_down(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.slack.decides(bad_if("alarm-3", status(400, "invalid_blocks")))

    assert bench.failed(samples.batch(*TEN)) == ["r-3"]
    assert sorted(titles(bench.slack.accepted)) == [f"🔴 P1 alarm-{n}" for n in range(10) if n != 3]
    told = lines(capsys)
    (refused,) = [line for line in told if line["message"] == "notice_refused"]
    assert (refused["items"], refused["level"]) == ("r-3", "ERROR")
    assert "invalid_blocks" in {line.get("answer") for line in told}
    assert told[-1]["refused"] == 1


@pytest.mark.parametrize("code", [403, 404, 410])
def test_dead_webhook_is_final(bench: Bench, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    bench.slack.answers(status(code, "no_service"))

    assert len(bench.failed(samples.batch(*TEN))) == 10
    assert len(bench.slack.requests) == 1
    assert bench.vault.asked == 2
    assert lines(capsys)[-1]["refused"] == 10


def test_redirect_is_not_followed(bench: Bench) -> None:
    bench.slack.answers(status(302, Location=bench.slack.url))

    assert bench.failed(samples.batch(named("a"))) == ["r-0"]
    assert len(bench.slack.requests) == 1


@pytest.mark.parametrize("code", [403, 404, 410])
def test_rotated_secret_is_fetched_once_and_used(bench: Bench, code: int) -> None:
    old, new = bench.slack.url + "old", bench.slack.url + "new"
    bench.vault = Vault(json.dumps({"url": old}), json.dumps({"url": new}))
    bench.slack.decides(lambda path, message: status(code, "no_service") if path.endswith("old") else None)

    assert bench.failed(samples.batch(*TEN)) == []
    assert bench.vault.asked == 2
    assert len(titles(bench.slack.accepted)) == 10


def test_secret_is_fetched_again_only_once(bench: Bench) -> None:
    bench.vault = Vault(bench.slack.url + "1", bench.slack.url + "2", bench.slack.url + "3")
    bench.slack.answers(status(404), stand_in.accept, status(404))

    assert bench.failed(samples.batch(*TEN))
    assert bench.vault.asked == 2
    assert len(bench.slack.requests) == 3


@pytest.mark.parametrize("after", [RuntimeError("gone"), "not an address"])
def test_dead_webhook_whose_successor_cannot_be_had(
    bench: Bench, after: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.vault = Vault(bench.slack.url, after)
    bench.slack.answers(status(404, "no_service"))

    assert len(bench.failed(samples.batch(*TEN))) == 10
    assert "secret_unusable" in [line["message"] for line in lines(capsys)]


class ClientError(Exception):
    """As boto3 raises it."""

    def __init__(self) -> None:
        super().__init__("An error occurred: the secret arn:… is no longer there")
        self.response = {"Error": {"Code": "ResourceNotFoundException"}}


HIDDEN_PART = "B00000000/c2VjcmV0IQ"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ClientError(), "Secrets Manager: ResourceNotFoundException"),
        (TimeoutError(), "Secrets Manager: TimeoutError"),
        ("", "the secret holds no webhook address"),
        (None, "the secret holds no text"),
        ("{}", "the secret holds no webhook address"),
        ('{"url": null}', "the secret holds no webhook address"),
        ("[1]", "the secret holds no webhook address"),
        (f"hooks.slack.com/services/T0/{HIDDEN_PART}", "the secret holds no webhook address"),
        (f"https://hooks.slack.com/services/T0/{HIDDEN_PART}\r\nX: y", "the secret holds no webhook address"),
        (f"https://hooks.slack.com/services/T0/{HIDDEN_PART}?ü", "the secret holds no webhook address"),
        (f"https://user@hooks.slack.com/services/T0/{HIDDEN_PART}", "the secret holds no webhook address"),
        (
            f"https://hooks.slack.com.evil.com/services/T0/{HIDDEN_PART}",
            "the webhook's host is not an allowed one",
        ),
        (f"http://hooks.slack.com/services/T0/{HIDDEN_PART}", "the webhook's address is not https"),
    ],
)
def test_unusable_secret_sends_all_back_and_is_told(
    bench: Bench, text: Any, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.vault, bench.environ["SLACK_ALLOWED_HOSTS"] = Vault(text), ""

    assert len(bench.failed(samples.batch(*TEN))) == 10
    out = capsys.readouterr().out
    (told,) = [line for line in map(json.loads, out.splitlines()) if line["message"] == "secret_unusable"]
    assert (told["reason"], told["level"]) == (reason, "ERROR")
    assert HIDDEN_PART not in out
    assert "c2VjcmV0IQ" not in out


def test_missing_arn_is_told(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.environ["SLACK_SECRET_ARN"] = ""

    assert bench.failed(samples.batch(named("a"))) == ["r-0"]
    assert "SLACK_SECRET_ARN is not set" in capsys.readouterr().out


@pytest.mark.parametrize("host", ["hooks.slack.com", "hooks.slack-gov.com"])
def test_webhooks_of_slack_are_taken(host: str) -> None:
    url = f"https://{host}/services/T0/B0/x"

    assert notifier.secret.webhook(url, notifier.options.SLACK_HOSTS) == url
    assert notifier.secret.webhook(json.dumps({"url": url}), notifier.options.SLACK_HOSTS) == url


def test_secret_is_kept_for_its_lifetime(bench: Bench) -> None:
    warm = bench.notifier(SECRET_LIFETIME_SECONDS="100")
    for index, later in enumerate((0, 50, 60, 10)):
        bench.clock.sleep(later)
        assert failures(warm.run(samples.batch(named(str(index))), MINUTE)) == []

    assert bench.vault.asked == 2


def test_old_secret_serves_while_no_newer_can_be_had(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.vault = Vault(bench.slack.url, TimeoutError())
    warm = bench.notifier(SECRET_LIFETIME_SECONDS="0")

    assert failures(warm.run(samples.batch(named("a")), MINUTE)) == []
    assert failures(warm.run(samples.batch(named("b")), MINUTE)) == []
    assert "secret_not_renewed" in capsys.readouterr().out


SECRETS = [stand_in.PATH, stand_in.PATH.removeprefix("/services/"), stand_in.PATH.rpartition("/")[2]]


@pytest.mark.parametrize(
    "fault", [*[status(code) for code in (400, 403, 404, 410, 429, 500)], stand_in.garbage, stand_in.reset]
)
def test_webhook_is_never_written(
    bench: Bench, fault: stand_in.Behaviour, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.slack.answers(fault)

    bench.failed(samples.batch(named("a")))
    out, err = capfd.readouterr()
    assert out
    assert err == ""
    assert [secret for secret in SECRETS if secret in out] == []


def test_webhook_is_not_written_even_if_the_other_side_says_it(
    bench: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.slack.answers(status(404, f"no route to {bench.slack.url} ({SECRETS[1]})"))

    bench.failed(samples.batch(named(f"alarm {bench.slack.url}")))
    out = capfd.readouterr().out
    assert "(sensitive)" in out
    assert [secret for secret in SECRETS if secret in out] == []


def test_webhook_is_in_no_error(bench: Bench) -> None:
    bench.slack.answers(status(404))

    with pytest.raises(notifier.notifier.NotDeliveredError) as caught:
        bench.notifier().run({"no": "batch"}, MINUTE)
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    assert [secret for secret in SECRETS if secret in repr(chain)] == []


def test_doubled_only_when_the_answer_did_not_arrive(bench: Bench) -> None:
    bench.slack.answers(stand_in.accept_and_reset, stand_in.accept)

    assert bench.failed(samples.batch(named("a"))) == []
    assert titles(bench.slack.accepted) == ["🔴 P1 a"] * 2


def test_notification_that_comes_twice_is_posted_once(bench: Bench) -> None:
    body = samples.envelope(named("a"))
    warm = bench.notifier()
    twice = {"Records": [samples.record(body, "r-0"), samples.record(body, "r-1")]}

    assert failures(warm.run(twice, MINUTE)) == []
    assert failures(warm.run({"Records": [samples.record(body, "r-2")]}, MINUTE)) == []
    assert titles(bench.slack.accepted) == ["🔴 P1 a"]


def test_notification_that_comes_twice_goes_back_twice(bench: Bench) -> None:
    body = samples.envelope(named("a"))
    bench.slack.answers(status(404))

    assert bench.failed({"Records": [samples.record(body, "r-0"), samples.record(body, "r-1")]}) == [
        "r-0",
        "r-1",
    ]


def test_what_went_back_is_posted_when_it_returns(bench: Bench) -> None:
    bench.slack.answers(status(404), stand_in.accept)
    warm = bench.notifier()

    assert failures(warm.run(samples.batch(named("a")), MINUTE)) == ["r-0"]
    assert failures(warm.run(samples.batch(named("a")), MINUTE)) == []
    assert titles(bench.slack.accepted) == ["🔴 P1 a"]


@pytest.mark.parametrize("event", [None, {}, {"Records": []}])
def test_nothing_is_nothing(bench: Bench, event: object) -> None:
    assert bench.failed(event) == []
    assert bench.slack.requests == []


@pytest.mark.parametrize("event", [{"Records": "x"}, [1], "text", 7, samples.alarm_event()])
def test_event_that_is_no_batch_is_posted_as_it_is(bench: Bench, event: object) -> None:
    assert bench.failed(event) == []
    assert len(titles(bench.slack.accepted)) == 1


def test_record_without_an_id_brings_the_batch_back(bench: Bench) -> None:
    bench.slack.answers(status(404))

    assert bench.failed({"Records": [{"body": "x"}, 7]}) == [""]


def test_defect_of_ours_loses_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(*_: object) -> None:
        raise KeyError("a defect")

    warm = bench.notifier()
    monkeypatch.setattr(notifier.notifier, "read", defect)
    assert failures(warm.run(samples.batch(named("a")), MINUTE)) == []
    assert "AlarmName" in json.dumps(bench.slack.accepted)

    monkeypatch.setattr(notifier.delivery, "encode", defect)
    assert failures(warm.run(samples.batch(named("b")), MINUTE)) == ["r-0"]


def test_log_lines_carry_the_environment(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.notifier(ENVIRONMENT="prod").run(samples.batch(named("a")), MINUTE)

    for line in lines(capsys):
        assert line.keys() >= {"timestamp", "level", "message"}
        assert line["environment"] == "prod"


def test_mistake_in_a_variable_is_told(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.notifier(SEVERITY="loud")

    assert "SEVERITY: not one of critical, warning, info" in capsys.readouterr().out


BODIES = JSON | disturbed().map(samples.envelope) | st.text() | st.just(samples.envelope(named("a")))
ANSWERS = [(200, "ok"), (200, ""), (400, "no"), (404, "no"), (429, ""), (500, ""), (0, "")]


class Post:
    """Slack without a server: answers as told, then accepts; keeps the notices that it took."""

    def __init__(self, answers: list[tuple[int, str]]) -> None:
        self.answers, self.taken = answers, Counter[Any]()

    def notifier(self) -> Any:
        options = notifier.options.read_options({"SLACK_SECRET_ARN": ARN})
        vault = Vault("https://hooks.slack.com/services/T0/B0/x")
        return notifier.notifier.Notifier(options, get=vault, post=self, clock=Clock())

    def __call__(self, url: str, body: bytes, seconds: float) -> Any:
        assert seconds > 0
        code, text = self.answers.pop(0) if self.answers else (200, "ok")
        if (code, text) == (200, "ok"):
            self.taken.update(json.dumps(part) for part in json.loads(body)["attachments"])
        return notifier.shared.client.Answer(code, text)


def shown(one: Any) -> str:
    return json.dumps(notifier.message.attachment(one.notice, notifier.options.Options(secret_arn=ARN)))


@given(st.lists(BODIES, max_size=10), st.lists(st.sampled_from(ANSWERS), max_size=8))
def test_every_record_is_posted_or_goes_back(bodies: list[Any], answers: list[tuple[int, str]]) -> None:
    records = [samples.record(body, f"r-{index}") for index, body in enumerate(bodies)]
    post = Post(answers)
    warm = post.notifier()
    queued = warm._queued(records)
    assert sorted(item for one in queued for item in one.items) == sorted(one["messageId"] for one in records)

    failed = failures(warm.run({"Records": records}, MINUTE))

    wanted = [one for one in queued if one.notice.wanted]
    gone_back = [one for one in wanted if set(one.items) <= set(failed)]
    assert set(failed) == {item for one in gone_back for item in one.items}
    assert post.taken + Counter(map(shown, gone_back)) == Counter(map(shown, wanted))

    post.answers.clear()  # Slack is well again, and what went back arrives, each once
    back = [one for one in records if one["messageId"] in failed]
    assert failures(warm.run({"Records": back}, MINUTE)) == []
    assert post.taken == Counter(map(shown, wanted))


@given(JSON | st.fixed_dictionaries({"Records": JSON | st.lists(JSON | disturbed())}))
def test_no_shape_of_event_raises(event: Any) -> None:
    assert failures(Post([]).notifier().run(event, MINUTE)) == []


@pytest.fixture
def secrets_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:
    """A server where boto3 looks for Secrets Manager."""
    with stand_in.slack() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", f"http://{server.host}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        yield server


def test_secret_is_fetched_by_its_arn(secrets_manager: Slack) -> None:
    secrets_manager.answers(status(200, json.dumps({"ARN": ARN, "SecretString": "text"})))

    assert notifier.secret.fetch(ARN, 20) == "text"
    assert [message for _, message in secrets_manager.requests] == [{"SecretId": ARN}]


def test_secret_that_does_not_come_is_not_waited_for_longer_than_there_is_time(
    secrets_manager: Slack,
) -> None:
    secrets_manager.answers(stand_in.hang)
    before = time.monotonic()

    with pytest.raises(Exception, match="timeout"):
        notifier.secret.fetch(ARN, 1)
    assert time.monotonic() - before < 4


def test_storm_of_alarms_arrives_under_slacks_rate(bench: Bench) -> None:
    """A thousand alarms; Slack takes one message a second, and refuses what comes sooner."""
    taken_at = [-1.0]

    def one_a_second(path: str, message: stand_in.Message) -> stand_in.Behaviour:
        now = bench.clock.now()
        if now - taken_at[-1] < 0.99:
            return status(429, "rate_limited", Retry_After="1")
        taken_at.append(now)
        return stand_in.accept

    bench.slack.decides(one_a_second)
    warm = bench.notifier()
    names = [f"alarm-{index}" for index in range(1000)]
    for first in range(0, 1000, 10):
        event = {
            "Records": [
                samples.record(samples.envelope(named(name), key=name), name)
                for name in names[first : first + 10]
            ]
        }
        assert failures(warm.run(event, MINUTE)) == []

    assert sorted(titles(bench.slack.accepted)) == sorted(f"🔴 P1 {name}" for name in names)
    assert len(bench.slack.requests) <= 300


@pytest.mark.parametrize(
    "message",
    [
        samples.metric_alarm(
            AlarmName="on SECRET", NewStateReason="SECRET failed", AlarmDescription="SECRET"
        ),
        {"detail-type": "Login", "detail": {"text": "SECRET", "inner": {"of": "SECRET"}}, "source": "own"},
        "cannot post to SECRET",
        {"text": "SECRET"},
    ],
)
@pytest.mark.parametrize("secret", [texts.HOOK, texts.ACCESS_KEY, texts.HOOK.replace("/", "\\/")])
def test_secret_in_a_notice_is_neither_posted_nor_logged(
    message: Any, secret: str, bench: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    message = json.loads(json.dumps(message).replace("SECRET", json.dumps(secret)[1:-1]))

    assert bench.failed(samples.batch(message)) == []

    posted = json.dumps(bench.slack.accepted)
    assert "(sensitive)" in posted
    assert [part for part in texts.PARTS if part in posted + capfd.readouterr().out] == []


def test_import_leaves_boto3_and_the_patterns_for_later(tmp_path: Path) -> None:
    code = (
        "import sys, handler, shared.redaction as r; print('boto3' in sys.modules, r._patterns.cache_info())"
    )
    archive = package(SOURCES / "slack_notifier", tmp_path / "f.zip")
    with zipfile.ZipFile(archive.path) as file:
        file.extractall(tmp_path / "task")
    command = [sys.executable, "-B", "-c", code]
    done = subprocess.run(command, cwd=tmp_path / "task", capture_output=True, text=True, check=True)

    assert done.stdout.startswith("False CacheInfo(hits=0, misses=0")


def test_handler_is_configured_by_the_environment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in bench.environ.items():
        monkeypatch.setenv(name, value)
    cold = load("slack_notifier")
    monkeypatch.setitem(cold.notifier.Notifier.__init__.__kwdefaults__, "get", bench.vault)

    assert failures(cold.handler.handler(samples.batch(named("a")), MINUTE)) == []
    assert titles(bench.slack.accepted) == ["🔴 P1 a"]


def test_sources_name_no_webhook() -> None:
    text = "".join(path.read_text("utf-8") for path in (SOURCES / "slack_notifier").glob("*.py"))

    assert not re.search(r"services/T\w+/B", text)
