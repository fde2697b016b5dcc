"""Faults between an alarm and Slack: what arrives, what goes back, what dies, and that nothing is lost.

Each fault enters as a change of an alarm's state. It is judged by what Slack took and what lies in the
queues. Time is scaled down: a function has 3 s, a message stays hidden for 4 s and is tried twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from ops.local.certificates import Authority
from ops.local.servers import Endpoint
from ops.local.slack import Behaviour
from tests.e2e.deployed import Deployed
from tests.e2e.lanes import Lane, patience
from tests.e2e.tunings import held, tuned
from tests.lambdas.slack_stand_in import accept, accept_and_reset, drip, garbage, hang, reset, status

MOST_RECEIVES, BATCH_SIZE, PAUSE_SECONDS = 2, 10, 0.5
ANSWERS = {
    "429 with Retry-After": status(429, "rate_limited", Retry_After="30"),
    "429 without Retry-After": status(429, "rate_limited"),
    "500": status(500, "rollup_error"),
    "404": status(404, "no_service"),
    "400": status(400, "invalid_payload"),
    "garbage": garbage,
    "empty body": status(200, ""),
    "hang": hang,
    "reset": reset,
    "slow drip": drip,
}
OTHERS = ("nobody listens", "unknown certificate", "secret is missing", "secret is malformed")


@dataclass(frozen=True)
class Outcome:
    """What became of a notice.

    Attributes
    ----------
    taken
        How often Slack took it while the fault lasted.
    came_back
        How often the function gave it back to the queue.
    dead
        How often it lay among the dead letters in the end.
    taken_afterwards
        How often Slack took it when the fault was over and the dead letters were sent once more.
    """

    taken: int
    came_back: int
    dead: int
    taken_afterwards: int


@dataclass(frozen=True)
class Told:
    """How often Slack took one more notice, how often it came back, and when Slack was asked."""

    taken: int
    came_back: int
    asked: list[float]


@dataclass(frozen=True)
class Batch:
    """What became of ten notices in one batch, of which Slack refuses one.

    Attributes
    ----------
    together
        How many of them shared one message at most.
    """

    bad: str
    good: list[str]
    together: int
    taken: Counter[str]
    came_back: Counter[str]
    dead: list[str]


@dataclass(frozen=True)
class Found:
    """What became of all notices."""

    outcomes: dict[str, Outcome]
    batch: Batch


@pytest.fixture(scope="module")
def lanes(_deployed: Deployed) -> Iterator[dict[str, Lane]]:
    """Both channels, scaled down; messages go ten times as fast as Slack takes them."""
    _deployed.reset()
    lanes = {channel: Lane(_deployed, channel) for channel in ("slack-critical", "slack-warning")}
    with ExitStack() as stack:
        for channel in lanes:
            stack.enter_context(_deployed.hurry(channel, most_receives=MOST_RECEIVES))
            stack.enter_context(tuned(_deployed, channel, MESSAGE_INTERVAL_SECONDS=0.1))
        _deployed.slack_decides(lambda channel, message: lanes[channel].decide(message))
        yield lanes
        for lane in lanes.values():
            lane.settle()


@pytest.fixture(scope="module")
def found(lanes: dict[str, Lane]) -> Found:
    """What lasts long, on both channels at the same time."""
    critical, warning = lanes.values()
    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(_others, critical)
        answers, batch = _answers(warning), _batch(warning)
        return Found(answers | others.result(), batch)


@pytest.mark.parametrize("fault", [*ANSWERS, *OTHERS])
def test_notice_is_tried_again_then_kept_and_arrives_when_it_is_sent_once_more(
    found: Found, fault: str
) -> None:
    assert found.outcomes[fault] == Outcome(taken=0, came_back=MOST_RECEIVES, dead=1, taken_afterwards=1)


def test_notice_that_slack_refuses_takes_no_other_of_its_batch_with_it(found: Found) -> None:
    batch = found.batch
    assert batch.together > 1
    assert batch.taken == dict.fromkeys(batch.good, 1)
    assert batch.came_back == {batch.bad: MOST_RECEIVES}
    assert batch.dead == [batch.bad]


@pytest.mark.parametrize("answer", ["429 with Retry-After", "429 without Retry-After", "500"])
def test_fault_that_passes_costs_one_more_request(lanes: dict[str, Lane], answer: str) -> None:
    soon = {"429 with Retry-After": status(429, "rate_limited", Retry_After=str(PAUSE_SECONDS))}
    told = _one_more(lanes["slack-warning"], soon.get(answer, ANSWERS[answer]), accept)
    assert (told.taken, len(told.asked)) == (1, 2)
    assert told.asked[1] - told.asked[0] >= (PAUSE_SECONDS if answer in soon else 0)


def test_notice_comes_twice_only_where_the_answer_of_slack_did_not_arrive(lanes: dict[str, Lane]) -> None:
    assert _one_more(lanes["slack-warning"], accept_and_reset, accept).taken == 2


def test_notice_outlives_the_function_that_held_it(lanes: dict[str, Lane]) -> None:
    lane = lanes["slack-warning"]

    def kill() -> None:
        lane.deployed.forget_functions(lane.channel)
        assert lane.deployed.depth(lane.channel).hidden == 1

    assert _one_more(lane, hang, accept, meanwhile=kill).taken == 1


def test_rotated_webhook_costs_no_notice(lanes: dict[str, Lane]) -> None:
    """The function still has the old address, which Slack knows no more; the secret holds the new one."""
    lane = lanes["slack-critical"]
    assert _one_more(lane, accept).taken == 1
    lane.deployed.stand_ins.slack.paths[lane.channel] += "x"
    lane.deployed.fill_secrets()

    told = _one_more(lane, accept)

    assert (told.taken, told.came_back) == (1, 0)
    assert len(lane.lines("secret_rotated")) == 1


def test_no_log_line_holds_a_webhook(lanes: dict[str, Lane], found: Found) -> None:
    for lane in lanes.values():
        said = lane.said()
        assert "notice_returned" in said
        for address in lane.deployed.stand_ins.webhooks.values():
            assert not [part for part in address.split("/")[-3:] if part in said]


def _one_more(lane: Lane, *script: Behaviour, meanwhile: Callable[[], None] = lambda: None) -> Told:
    """One more notice, to which Slack does these things in turn."""
    key = lane.keys[0]
    taken, came_back, asked = lane.taken(), lane.came_back(), len(lane.asked(key))
    lane.scripts[key] = list(script)
    lane.notify(key)
    lane.deployed.until(lambda: lane.asked(key)[asked:])
    meanwhile()
    lane.settle()
    lane.scripts.clear()
    return Told((lane.taken() - taken)[key], (lane.came_back() - came_back)[key], lane.asked(key)[asked:])


def _answers(lane: Lane) -> dict[str, Outcome]:
    """Slack does one of these things to an alarm each, as long as they last; then it is well."""
    assert len(lane.keys) >= len(ANSWERS)
    keys = dict(zip(ANSWERS, lane.keys, strict=False))
    for fault, key in keys.items():
        lane.scripts[key] = [ANSWERS[fault]]
        lane.notify(key)
        with patience():
            lane.deployed.until(lambda key=key: lane.asked(key))
    return _outcomes(lane, keys, lane.scripts.clear)


def _others(lane: Lane) -> dict[str, Outcome]:
    """What hits every message, one after the other."""
    deployed, channel = lane.deployed, lane.channel
    slack, tls = deployed.stand_ins.slack, deployed.stand_ins.slack_endpoint.tls
    with Endpoint(slack.answer, tls) as front:
        address = json.dumps({"url": front.url + slack.paths[channel]})
        with deployed.secret(channel, address):
            told = _lasting(lane, 0, _stopped(front)) | _lasting(lane, 1, _untrusted(front))
    told |= _lasting(lane, 2, deployed.secret(channel, None))
    return told | _lasting(lane, 3, deployed.secret(channel, '{"webhook": 7}'))


def _lasting(lane: Lane, number: int, fault: AbstractContextManager[None]) -> dict[str, Outcome]:
    key = lane.keys[number]
    with ExitStack() as stack:
        stack.enter_context(fault)
        lane.notify(key)
        return _outcomes(lane, {OTHERS[number]: key}, stack.close)


@contextmanager
def _stopped(front: Endpoint) -> Iterator[None]:
    front.stop()
    yield
    front.start()


@contextmanager
def _untrusted(front: Endpoint) -> Iterator[None]:
    """It shows the certificate of an authority that nobody knows."""
    right, front.tls = front.tls, Authority().server_context()
    yield
    front.tls = right


def _outcomes(lane: Lane, keys: Mapping[str, str], mend: Callable[[], None]) -> dict[str, Outcome]:
    """Wait until these notices are dead letters; then mend the fault, and send them once more."""
    letters = lane.dead(len(keys))
    taken, came_back, dead = lane.taken(), lane.came_back(), Counter(map(lane.of, letters))
    mend()
    lane.send_again(letters)
    taken_now = lane.taken()
    return {
        fault: Outcome(taken[key], came_back[key], dead[key], taken_now[key] - taken[key])
        for fault, key in keys.items()
    }


def _batch(lane: Lane) -> Batch:
    bad, *good = keys = lane.keys[:BATCH_SIZE]
    taken, came_back, asked = lane.taken(), lane.came_back(), len(lane.deployed.stand_ins.slack.asked)
    lane.scripts[bad] = [status(400, "invalid_blocks")]
    with held(lane.deployed, lane.channel):
        for key in keys:
            lane.notify(key)
        lane.deployed.until(lambda: lane.deployed.depth(lane.channel).visible == BATCH_SIZE)
    dead = [lane.of(letter) for letter in lane.dead(1)]
    lane.settle()
    lane.scripts.clear()
    posts = lane.deployed.stand_ins.slack.asked[asked:]
    together = max(len(lane.told(post.message)) for post in posts)
    return Batch(bad, good, together, lane.taken() - taken, lane.came_back() - came_back, dead)
