"""The local target on a running emulator, with stand-ins for Slack and PagerDuty, for tests to play with.

See `Deployed`; the fixture `deployed` gives a clean one to every test.
"""

from __future__ import annotations

import json
import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psutil

from modules.errors import ToolError
from modules.spec.alarms import Alarm
from modules.spec.functions import OwnFunction
from modules.spec.queues import Queue
from modules.spec.system import Monitoring
from ops.emulator import Emulator, require
from ops.local.alarms import calm
from ops.local.aws import Aws
from ops.local.certificates import Authority
from ops.local.deployments import Deployment, fill_secrets, plan, synthesize, webhook_secrets
from ops.local.notices import Notice, notices
from ops.local.pagerduty import Event
from ops.local.slack import Behaviour, Post, Rule
from ops.local.stand_ins import StandIns
from ops.local.taps import Mail, Taps
from ops.processes import runs
from ops.terraform import Terraform
from tests.builders import ROOT
from tests.projects import project
from tests.tools import without

T = TypeVar("T")
LONGEST_WAIT_SECONDS = 30.0


@dataclass(frozen=True)
class Depth:
    """How many messages a queue holds: waiting, and taken but not deleted."""

    visible: int
    hidden: int

    @property
    def total(self) -> int:
        return self.visible + self.hidden


@dataclass
class Deployed:
    """What runs, and how tests drive it and look at it.

    A *route* is `critical`, `warning`, `info`, `delivery` or `digest`; a *channel* of Slack is the key of
    its secret, queue and function: `slack-critical`, `slack-warning`; an *alarm* is named by its key.
    """

    deployment: Deployment
    monitoring: Monitoring
    stand_ins: StandIns
    emulator: Emulator
    _mails: list[Mail] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.aws: Aws = self.deployment.aws
        self.taps = Taps(self.aws, self.monitoring)
        self.alarms: dict[str, Alarm] = {alarm.key: alarm for alarm in self.monitoring.alarms}
        self.queues: dict[str, Queue] = {queue.key: queue for queue in self.monitoring.queues}
        self._began = datetime.now(UTC)

    # --- drive -------------------------------------------------------------------------------------

    def set_state(self, key: str, state: str, reason: str = "set by a test") -> None:
        """Bring an alarm into a state; the emulator acts on it as on any change of state."""
        self.aws("cloudwatch").set_alarm_state(
            AlarmName=self.alarms[key].name, StateValue=state, StateReason=reason
        )

    def publish(self, route: str, message: object, subject: str = "") -> None:
        """Say something on a route's topic: a text, or JSON."""
        text = message if isinstance(message, str) else json.dumps(message)
        named = {"Subject": subject} if subject else {}
        self.aws("sns").publish(TopicArn=self.topic_arn(route), Message=text, **named)

    def send(self, queue: str, body: str) -> None:
        """Put a message into a queue, past all topics."""
        self.aws("sqs").send_message(QueueUrl=self.queue_url(queue), MessageBody=body)

    def invoke(self, function: str, event: object = None) -> Any:
        """Run a function, by key, now; its answer."""
        name = f"{self.monitoring.prefix}-{function}"
        answer = self.aws("lambda").invoke(FunctionName=name, Payload=json.dumps(event or {}))
        return json.loads(answer["Payload"].read())

    # --- look --------------------------------------------------------------------------------------

    def until(self, found: Callable[[], T], seconds: float = LONGEST_WAIT_SECONDS) -> T:
        """Ask again and again until the answer is true; returns it, and fails after some seconds."""
        deadline = time.monotonic() + seconds
        while not (answer := found()):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s: {found}; {self.told()}")
            time.sleep(0.05)
        return answer

    def settle(self, seconds: float = LONGEST_WAIT_SECONDS) -> None:
        """Wait until the queues that functions empty are empty, hidden messages too; then a moment."""
        keys = [function.reads.queue for function in self.monitoring.functions if function.reads]
        self.until(lambda: not any(self.depth(key).total for key in keys), seconds)
        time.sleep(0.2)

    def posts(self, channel: str) -> list[Post]:
        """The messages that Slack took, with their times, in their order."""
        return [post for post in list(self.stand_ins.slack.accepted) if post.channel == channel]

    def slack(self, channel: str) -> list[Notice]:
        """The notices in them: several may share one message."""
        return [notice for post in self.posts(channel) for notice in notices(post.message)]

    def asked(self, channel: str) -> int:
        """How many requests Slack got, taken or not."""
        return sum(post.channel == channel for post in list(self.stand_ins.slack.asked))

    def pagerduty(self, route: str | None = None) -> list[Event]:
        """The events that PagerDuty made, from all topics or from one."""
        events = list(self.stand_ins.pagerduty.events)
        return [event for event in events if route is None or event.topic == self.topic(route)]

    def mails(self, route: str | None = None) -> list[Mail]:
        """The mails that the readers of all topics, or of one, would have got since the test began."""
        self._mails += self.taps.read()
        return [mail for mail in self._mails if route is None or mail.route == route]

    def depth(self, queue: str) -> Depth:
        """How much is in a queue, by key."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.aws("sqs").get_queue_attributes(QueueUrl=self.queue_url(queue), AttributeNames=names)
        return Depth(*(int(answer["Attributes"][name]) for name in names))

    def take(self, queue: str) -> list[str]:
        """Take all visible messages out of a queue; their bodies."""
        url, bodies = self.queue_url(queue), []
        while (
            messages := self.aws("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages")
        ):
            for message in messages:
                self.aws("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                bodies.append(message["Body"])
        return bodies

    def logged(self, function: str) -> list[dict[str, Any]]:
        """The JSON lines that a function, by key, has logged since the deployment."""
        group = next(one.name for one in self.monitoring.log_groups if one.key == f"delivery/{function}")
        pages = self.aws("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        lines = [event["message"] for page in pages for event in page["events"]]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def returned(self, function: str) -> list[dict[str, Any]]:
        """The lines in which a function says, since the test began, which notices it gave back."""
        lines = [line for line in self.logged(function) if line["message"] == "notice_returned"]
        return [line for line in lines if datetime.fromisoformat(line["timestamp"]) >= self._began]

    def told(self) -> str:
        """Where everything is, for the text of a failure."""
        depths = {key: self.depth(key) for key in self.queues}
        return (
            f"slack took {len(self.stand_ins.slack.accepted)} of {len(self.stand_ins.slack.asked)}, "
            f"pagerduty has {len(self.pagerduty())}, mails: {len(self.mails())}, "
            f"queues: { {key: depth for key, depth in depths.items() if depth.total} }"
        )

    # --- names -------------------------------------------------------------------------------------

    def topic(self, route: str) -> str:
        """The name of a route's topic."""
        return next(topic.name for topic in self.monitoring.topics if topic.key == route)

    def topic_arn(self, route: str) -> str:
        return self.monitoring.place.arn("sns", self.topic(route))

    def queue_url(self, queue: str) -> str:
        return str(self.aws("sqs").get_queue_url(QueueName=self.queues[queue].name)["QueueUrl"])

    # --- faults ------------------------------------------------------------------------------------

    def slack_answers(self, *behaviours: Behaviour, channel: str | None = None) -> None:
        """Have Slack do these in turn, and the last of them from then on, on all channels or one.

        The behaviours are those of `tests.lambdas.slack_stand_in`: status, hang, reset, drip, garbage.
        """
        script = list(behaviours)

        def next_one(name: str, message: Mapping[str, Any]) -> Behaviour | None:
            if channel not in (None, name):
                return None
            return script.pop(0) if len(script) > 1 else script[0]

        self.slack_decides(next_one)

    def slack_decides(self, rule: Rule) -> None:
        """Have Slack do what a rule says for a channel and a message; `None` is Slack's own way."""
        self.stand_ins.slack.rule = rule

    def slack_rate(self, per_second: float | None) -> None:
        """Let each webhook take so many messages a second, and answer 429 to more."""
        self.stand_ins.slack.per_second = per_second

    @contextmanager
    def slack_refuses(self) -> Iterator[None]:
        """Meanwhile nobody listens where Slack was."""
        self.stand_ins.slack_endpoint.stop()
        try:
            yield
        finally:
            self.stand_ins.slack_endpoint.start()

    @contextmanager
    def slack_is_not_trusted(self) -> Iterator[None]:
        """Meanwhile Slack shows the certificate of an authority that nobody knows."""
        endpoint = self.stand_ins.slack_endpoint
        right: ssl.SSLContext | None = endpoint.tls
        endpoint.tls = Authority().server_context()
        try:
            yield
        finally:
            endpoint.tls = right

    def fill_secrets(self) -> None:
        """Put the webhooks into their secrets."""
        fill_secrets(self.aws, self.monitoring, self.stand_ins.webhooks)

    @contextmanager
    def secret(self, channel: str, text: str | None) -> Iterator[None]:
        """Meanwhile a channel's secret holds another text, or there is no such secret."""
        name = webhook_secrets(self.monitoring)[channel]
        manager = self.aws("secretsmanager")
        if text is None:
            manager.delete_secret(SecretId=name)
        else:
            manager.put_secret_value(SecretId=name, SecretString=text)
        self.forget_functions(channel)
        try:
            yield
        finally:
            if text is None:
                manager.restore_secret(SecretId=name)
            self.fill_secrets()
            self.forget_functions(channel)

    @contextmanager
    def hurry(
        self, queue: str, *, timeout_seconds: int = 3, most_receives: int | None = None
    ) -> Iterator[None]:
        """Meanwhile a queue's function has little time, and a failed message comes back right after it.

        As in the product a message stays hidden for longer than the function can run. Let it settle before
        the end: a run is cut off then.
        """
        function = next(one for one in self.monitoring.functions if one.reads and one.reads.queue == queue)
        sqs, url = self.aws("sqs"), self.queue_url(queue)
        names = ["VisibilityTimeout", "RedrivePolicy"]
        before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        redrive = json.loads(before["RedrivePolicy"])
        redrive["maxReceiveCount"] = most_receives or redrive["maxReceiveCount"]
        now = {"VisibilityTimeout": str(timeout_seconds + 1), "RedrivePolicy": json.dumps(redrive)}
        sqs.set_queue_attributes(QueueUrl=url, Attributes=now)
        self._time(function, timeout_seconds)
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=url, Attributes=before)
            self._time(function, function.timeout_seconds)

    def _time(self, function: OwnFunction, seconds: int) -> None:
        self.aws("lambda").update_function_configuration(FunctionName=function.name, Timeout=seconds)
        self.forget_functions(function.key)

    # --- between tests -----------------------------------------------------------------------------

    def forget_functions(self, key: str = "") -> None:
        """End the processes in which functions run, or one function, so that its next run is a cold start.

        A run that is cut off this way leaves its messages hidden until their time is over.
        """
        process = self.emulator.process
        name = f"{self.monitoring.prefix}-{key}" if key else ""
        children = psutil.Process(process).children(recursive=True) if process else []
        found = [child for child in children if not name or _function_of(child) == name]
        for child in found:
            child.kill()
        self.until(lambda: not any(runs(child) for child in found))

    def reset(self) -> None:
        """As after the deployment: Slack well, all alarms OK, nothing waiting, nothing received."""
        self.slack_decides(lambda channel, message: None)
        self.slack_rate(None)
        self.forget_functions()
        calm(self.aws, "reset by a test")
        for queue in self.queues:
            self.aws("sqs").purge_queue(QueueUrl=self.queue_url(queue))
        self.taps.read()
        self.stand_ins.reset()
        self._mails.clear()
        self._began = datetime.now(UTC)


def _function_of(process: psutil.Process) -> str:
    """The name of the function that runs in a process."""
    try:
        return process.environ().get("AWS_LAMBDA_FUNCTION_NAME", "")
    except psutil.Error:
        return ""


@contextmanager
def deployment(folder: Path) -> Iterator[Deployed]:
    """Deploy into an empty folder; at the end all processes are ended, and nothing is destroyed before."""
    root = project(folder / "project")
    found = plan(root, {})
    channels = sorted(webhook_secrets(found[1]))
    with needed():
        terraform = Terraform.found(ROOT)
        require()
    emulator = Emulator(folder / "emulator", authorities=folder / "authorities.pem", guarded=True)
    with StandIns(channels) as stand_ins:
        stand_ins.authority.write(folder / "authorities.pem")
        stack = synthesize(root, folder / "cdktf.out", os.environ) / found[1].stack
        with emulator:
            deployment = Deployment(terraform, stack, Aws(emulator.url), emulator.environ)
            with needed():
                deployment.init()
            deployment.apply(stand_ins.pagerduty_url, lambda done, planned: None)
            deployed = Deployed(deployment, found[1], stand_ins, emulator)
            deployed.fill_secrets()
            deployed.taps.place()
            yield deployed


@contextmanager
def needed() -> Iterator[None]:
    """What is missing on this machine is no failure, but in CI."""
    try:
        yield
    except ToolError as error:
        without(str(error))
