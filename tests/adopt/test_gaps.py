"""Large accounts, throttling, missing permissions, credentials that are none."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, SSOTokenLoadError

from modules.errors import ToolError
from ops.adopt.accounts import MOST_ATTEMPTS, Account, actions
from ops.adopt.adoption import Adoption
from ops.adopt.reports import report
from ops.common.faults import Unread
from tests.adopt import scripts
from tests.adopt.accounts import REGION, TOPIC_ARN, FakeAccount
from tests.adopt.builders import TOPIC, Tree, after_the_script, group, looked
from tests.adopt.everything import everything_wanted, something_of_everything

P = scripts.PREFIX
MANY = 5_000


@pytest.fixture(scope="module")
def stack() -> Tree:
    return everything_wanted()


@pytest.fixture(scope="module")
def everything(stack: Tree) -> Adoption:
    return looked(something_of_everything(), stack)


def told(found: Adoption) -> str:
    return report(found, "prod", "the-stack", "imports.tf.json")


def crowded() -> FakeAccount:
    """The script's result behind thousands of alarms, log groups, topics and dashboards, ours and others'."""
    account = after_the_script()
    own = f"{P}-of-somebody-"
    topic = TOPIC_ARN + TOPIC
    account.alarms = [
        {"AlarmName": f"{own}{n:04}", "AlarmActions": [topic]} for n in range(MANY)
    ] + account.alarms
    account.alarms += [{"AlarmName": f"shop-{n:04}", "AlarmActions": [topic]} for n in range(MANY)]
    account.groups = [group(f"/aws/{P}/other/{n:04}") for n in range(MANY)] + account.groups
    account.dashboards |= {f"{own}{n:04}": "{}" for n in range(MANY)}
    account.topics = {f"{own}{n:04}": {} for n in range(MANY)} | account.topics
    return account


def test_account_with_thousands_of_alarms_is_read_page_by_page(stack: Tree) -> None:
    account = crowded()

    found = looked(account, stack)

    assert [one for one in found.imported if "alarm" in one] == sorted(
        f"aws_cloudwatch_metric_alarm.{name}" for name, *_ in scripts.ALARMS
    )
    assert "aws_sns_topic.topic-critical" in found.imported
    # Those of the prefix, and those that act on the topic.
    assert (
        account.asked["cloudwatch:DescribeAlarms"] == MANY // account.page + 1 + 2 * MANY // account.page + 1
    )
    assert account.asked["logs:DescribeLogGroups"] == MANY // account.page + 1
    assert len(found.acting) == MANY
    assert len(found.left) == 4 * MANY
    text = told(found)
    assert "and 19,980 more" in text
    assert len(text) < 30_000


def test_throttling_in_the_midst_leaves_what_was_seen_and_says_what_was_not(stack: Tree) -> None:
    account = crowded()
    account.alarms = account.alarms[MANY:] + account.alarms[:MANY]
    account.deny("cloudwatch:DescribeAlarms", code="Throttling", after=2)

    found = looked(account, stack)

    assert "aws_cloudwatch_metric_alarm.high-latency" in found.imported
    assert "aws_cloudwatch_metric_alarm.response-time" in found.unknown
    assert found.needs_a_person
    # What was throttled to the end is not asked again.
    assert account.asked["cloudwatch:DescribeAlarms"] == 3
    text = told(found)
    assert "cloudwatch:DescribeAlarms was throttled, again and again; run this later" in text
    assert "whether these exist is not known: aws_cloudwatch_metric_alarm." in text


@pytest.mark.parametrize("action", sorted(actions() - {"sts:GetCallerIdentity"}))
def test_missing_permission_is_named_and_the_rest_goes_on(
    stack: Tree, everything: Adoption, action: str
) -> None:
    account = something_of_everything()
    account.deny(action)

    found = looked(account, stack)

    assert f"{action} is not allowed" in told(found)
    assert found.needs_a_person
    lost = set(everything.imported) - set(found.imported)
    assert lost <= set(found.unknown)
    # A look for one kind hides no other; topics alone are what others hang on.
    assert len({address.partition(".")[0] for address in lost}) <= 2
    # What exists and could not be read in full is taken over all the same, and not called unchanged.
    hidden = {address for address in found.imported if address not in found.changes}
    assert lost or hidden


def test_service_that_does_not_answer_is_told(stack: Tree) -> None:
    account = after_the_script()
    url = "https://scheduler.us-east-1.amazonaws.com/"
    account.faults["scheduler:GetScheduleGroup"] = (0, EndpointConnectionError(endpoint_url=url))

    found = looked(account, stack)

    assert "scheduler:GetScheduleGroup got no answer: Could not connect to the endpoint URL" in told(found)
    assert "aws_scheduler_schedule_group.schedule-group" in found.unknown


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (NoCredentialsError(), r"^there are no AWS credentials: set AWS_PROFILE, or log in"),
        (SSOTokenLoadError(error_msg="x"), r"^the login to AWS has ended: "),
        ("ExpiredToken", r"^AWS does not take these credentials \(ExpiredToken\): "),
        ("InvalidClientTokenId", r"^AWS does not take these credentials \(InvalidClientTokenId\): "),
        ("InternalFailure", r"^AWS does not tell whose credentials these are: sts:GetCallerIdentity failed"),
    ],
)
def test_credentials_that_are_none_are_told_in_one_line(fault: str | Exception, text: str) -> None:
    account = FakeAccount(faults={"sts:GetCallerIdentity": (0, fault)})

    with pytest.raises(ToolError, match=text) as caught:
        Account(account.session(), REGION).place()

    assert "\n" not in str(caught.value)


def test_credentials_that_end_in_the_midst_stop_everything(stack: Tree) -> None:
    account = after_the_script()
    account.deny("logs:DescribeLogGroups", code="ExpiredTokenException")

    with pytest.raises(ToolError, match="ExpiredTokenException"):
        looked(account, stack)


def test_profile_that_does_not_exist_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobodys")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)

    with pytest.raises(ToolError, match=r"nobodys.*; name a profile that exists$"):
        Account.found(REGION).place()


@contextmanager
def throttling(times: int) -> Iterator[tuple[str, list[str]]]:
    """A service that takes the first requests for too many; its address, and what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.headers["X-Amz-Target"])
            refuse = len(asked) <= times
            answer = (
                {"__type": "ThrottlingException", "message": "slow down"} if refuse else {"logGroups": []}
            )
            body = json.dumps(answer).encode()
            self.send_response(400 if refuse else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Real requests with waits of no length."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mock-access")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mock-secret")
    return monkeypatch


def test_throttled_call_is_tried_again(impatient: pytest.MonkeyPatch) -> None:
    with throttling(times=3) as (address, asked):
        impatient.setenv("AWS_ENDPOINT_URL", address)

        answer = Account.found(REGION).get("logs", "describe_log_groups")

    assert answer is not None
    assert len(asked) == 4


def test_call_that_is_throttled_to_the_end_is_given_up_for_good(impatient: pytest.MonkeyPatch) -> None:
    with throttling(times=1_000) as (address, asked):
        impatient.setenv("AWS_ENDPOINT_URL", address)
        account = Account.found(REGION)
        for _ in range(2):
            with pytest.raises(Unread, match=r"logs:DescribeLogGroups was throttled"):
                account.get("logs", "describe_log_groups")

    assert len(asked) == MOST_ATTEMPTS
