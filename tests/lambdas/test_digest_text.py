"""The mail: what it says, and that it stays within the limits of SNS."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lambdas.digest_fakes import NOW, check_mail
from tests.lambdas.loader import load

digest = load("digest")
Plain = digest.notices.Plain

any_text = st.text(st.characters(codec=None) | st.characters(categories=["Cs", "Cc"]), max_size=300)
any_texts = any_text | st.builds(lambda text, times: text * times, any_text, st.sampled_from([1, 30, 1000]))


def good_notice(**changes: Any) -> Any:
    fields = {
        "id": "1",
        "alarm": "high-latency",
        "name": "high-latency",
        "region": "us-east-1",
        "old_state": "OK",
        "new_state": "ALARM",
        "at": NOW - timedelta(minutes=90),
        "reason": "6000 was greater than 5000",
    }
    return digest.notices.Notice(**(fields | changes))


def good_digest(notices: list[Any], plains: list[Any] | None = None, **changes: Any) -> Any:
    fields = {
        "environment": "prod",
        "groups": digest.groups.group(notices, NOW),
        "plains": plains or [],
        "more_wait": False,
        "now": NOW,
        "zone": ZoneInfo("Europe/Zurich"),
        "zone_name": "Europe/Zurich",
    }
    return digest.text.Digest(**(fields | changes))


def many(count: int, **changes: Any) -> list[Any]:
    return [good_notice(alarm=str(i), name=f"alarm-{i:05}-{'x' * 240}", **changes) for i in range(count)]


def test_mail_says_what_happened_in_local_time() -> None:
    notices = [good_notice(), good_notice(id="2", alarm="b", name="b", old_state="ALARM", new_state="OK")]

    mail = digest.text.mail(good_digest(notices, [Plain("3", "Budget\n80 % is spent")]))

    assert mail.subject == "Monitoring digest 2026-11-23: 2 alarms (1 in ALARM), 1 other notice [prod]"
    assert mail.body == (
        "Info notices of prod, 2026-11-23 08:00.\n"
        "Times are Europe/Zurich.\n"
        "2 notices of 2 alarms and 1 other notice.\n"
        "\n"
        "high-latency (us-east-1)\n"
        "  1 notice, left ALARM 0 times, longest in ALARM 1 h 30 min, in ALARM since 2026-11-23 06:30\n"
        "  6000 was greater than 5000\n"
        "\n"
        "b (us-east-1)\n"
        "  1 notice, left ALARM 1 time, now OK since 2026-11-23 06:30\n"
        "  6000 was greater than 5000\n"
        "\n"
        "OTHER NOTICES, AS THEY CAME\n"
        "\n"
        "  | Budget\n"
        "  | 80 % is spent\n"
    )


def test_notices_that_wait_are_announced() -> None:
    assert "MORE NOTICES WAIT" in digest.text.mail(good_digest([good_notice()], more_wait=True)).body
    assert "MORE NOTICES WAIT" not in digest.text.mail(good_digest([good_notice()])).body


def test_all_clear_is_one_line() -> None:
    mail = digest.text.all_clear("prod", NOW, UTC)

    check_mail(mail.subject, mail.body)
    assert mail.subject == "Monitoring digest 2026-11-23: all clear [prod]"
    assert mail.body.count("\n") == 1


def test_what_has_no_room_is_counted() -> None:
    mail = digest.text.mail(good_digest(many(2000), [Plain(str(i), "p" * 3000) for i in range(100)]))

    check_mail(mail.subject, mail.body)
    shown = mail.body.count("\nalarm-")
    assert 0 < shown < 2000
    assert mail.alarms_cut == 2000 - shown
    assert mail.plains_cut == 100 - mail.body.count("more characters are in the function's log")
    assert f"LEFT OUT for length: {mail.alarms_cut} alarms and {mail.plains_cut} other notices" in mail.body


def test_flood_of_alarms_leaves_room_for_other_notices() -> None:
    assert "the only one" in digest.text.mail(good_digest(many(5000), [Plain("p", "the only one")])).body


def test_alarms_in_alarm_are_the_last_to_be_cut() -> None:
    over = many(5000, old_state="ALARM", new_state="OK")
    mail = digest.text.mail(good_digest([*over, good_notice(name="zz-lasting")]))

    assert "zz-lasting" in mail.body


def test_plain_notice_cannot_pass_for_the_mail_itself() -> None:
    mail = digest.text.mail(
        good_digest([], [Plain("p", "x\nhigh-latency (us-east-1)\r\nOTHER\u2028NOTICES")])
    )

    assert mail.body.endswith("  | x\n  | high-latency (us-east-1)\n  | OTHER\n  | NOTICES\n")


@settings(max_examples=40)
@given(
    names=st.lists(st.tuples(any_texts, any_texts, any_texts), max_size=5),
    times=st.sampled_from([1, 1, 50, 400]),
    plains=st.lists(any_texts, max_size=5),
    environment=any_texts,
    zone_name=any_texts,
    more_wait=st.booleans(),
)
def test_mail_keeps_within_the_limits_for_any_input(
    *,
    names: list[tuple[str, str, str]],
    times: int,
    plains: list[str],
    environment: str,
    zone_name: str,
    more_wait: bool,
) -> None:
    notices = [
        good_notice(alarm=f"{i}-{j}", name=name, region=region, reason=reason)
        for i, (name, region, reason) in enumerate(names)
        for j in range(times)
    ]
    others = [Plain(str(i), text) for i, text in enumerate(plains * times)]
    changes = {"environment": environment, "zone_name": zone_name, "more_wait": more_wait}

    mail = digest.text.mail(good_digest(notices, others, **changes))

    check_mail(mail.subject, mail.body)
    shown = sum(line.startswith("  1 notice, ") for line in mail.body.split("\n"))
    assert shown + mail.alarms_cut == len(notices)


@given(environment=any_texts)
def test_all_clear_keeps_within_the_limits(environment: str) -> None:
    mail = digest.text.all_clear(environment, NOW, UTC)

    check_mail(mail.subject, mail.body)
