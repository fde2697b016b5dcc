"""Topics, their subscribers, and queues."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from modules.semantics.secrets import SENSITIVE
from modules.terraform.values import Unknown, as_map, as_text, is_nothing, same
from ops.review.judges.documents import policy
from ops.review.judges.kinds import (
    Aspect,
    Kind,
    called,
    changed,
    members,
    plain,
    present,
    read_json,
    rising,
    switch,
    unclear,
    verdict,
    weaker_if,
    when_changed,
)
from ops.review.judges.patterns import letting
from ops.review.plans import Change, Values
from ops.review.values import duration, shown
from ops.review.verdicts import SEVERITIES, Effect, Verdict
from ops.review.world import Target, World, route_of, target

_KEY = "customer key for encryption"
_TAGS = frozenset({"tags"})
_MAIL, _WEB = ("email", "email-json"), ("http", "https")
_WHO = ("protocol", "endpoint")
_URL = re.compile(r"(https?://)(?:[^/@\s]*@)?([^/\s?#]+)")


def endpoint(value: Any) -> str:
    """Who listens. Of a web address only the host: services put their keys into the rest."""
    text = as_text(value)
    if text is None:
        return shown(value)
    match = _URL.match(text)
    return f"{match[1]}{match[2]}/{SENSITIVE}" if match else shown(text)


def _listener(values: Values, world: World) -> str:
    topic = next(iter(world.after.targets(values.get("topic_arn"))), None)
    on = f" on topic {topic.label}" if topic else ""
    return f"{shown(values.get('protocol'))} {endpoint(values.get('endpoint'))}{on}"


def _subscriber(change: Change, world: World) -> Iterator[Verdict]:
    """Another endpoint is another subscriber, who may have to confirm first."""
    sides = [[side.get(name) for name in _WHO] for side in (change.before, change.after)]
    arns = [side.get("topic_arn") for side in (change.before, change.after)]
    targets = [found.targets(arn) for found, arn in zip((world.before, world.after), arns, strict=True)]
    before, after = ({one.key for one in found} for found in targets)
    if same(sides[0], sides[1]) and (before == after or same(*arns)):
        return
    old, new = _listener(change.before, world), _listener(change.after, world)
    if any(isinstance(value, Unknown) for value in sides[1]) or any(map(_is_unknown, arns, targets)):
        yield verdict(change, Effect.UNCLEAR, "subscriber", "may have another subscriber", old=old, new=new)
        return
    yield verdict(change, Effect.WEAKENED, "subscriber", "loses its subscriber", old=old, new=new)
    note = "It hears nothing until it has confirmed." if _confirms(sides[1][0]) else ""
    yield verdict(
        change, Effect.STRENGTHENED, "subscriber", "has a new subscriber", old=old, new=new, note=note
    )


def _is_unknown(arn: Any, targets: Sequence[Target]) -> bool:
    """Whether a topic is known only after apply, and nothing says which one it will be."""
    return isinstance(arn, Unknown) and not all(one.is_known for one in targets)


def _confirms(protocol: Any) -> bool:
    return as_text(protocol) in (*_MAIL, *_WEB, "sms")


def _confirms_again(change: Change) -> bool:
    """Whether it is the same subscriber, who has to confirm anew; of another one the subscriber tells."""
    old, new = ([side.get(name) for name in _WHO] for side in (change.before, change.after))
    if not any(isinstance(one, Unknown) for one in new) and not all(map(same, old, new)):
        return False
    protocol = as_text(change.after.get("protocol"))
    answers = change.after.get("endpoint_auto_confirms") is True
    return protocol in _MAIL or (protocol in _WEB and not answers)


_SCOPE = "filter_policy_scope"


def _scope(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
    """An alarm's message has no attributes, so a filter on these drops all."""
    path = _SCOPE
    words = {"old": shown(old), "new": shown(new)}
    if is_nothing(change.before.get("filter_policy")) or is_nothing(change.after.get("filter_policy")):
        yield verdict(change, Effect.CHANGED, path, "filters on another part of messages", **words)
    elif all(one in ("MessageBody", "MessageAttributes", None) for one in (old, new)):
        weaker = old == "MessageBody"
        text = (
            "filters on attributes, which alarms do not have" if weaker else "filters on the message's body"
        )
        yield verdict(change, weaker_if(weaker), path, text, **words)
    else:
        yield unclear(change, path, "may filter on another part of messages", old, new)


def _route(change: Change, _world: World) -> Iterator[Verdict]:
    """The tag that says how urgent a topic's alarms are."""
    old, new = route_of(change.before), route_of(change.after)
    if old == new:
        return
    was, now = SEVERITIES.get(old), SEVERITIES.get(new)
    if was is None or now is None:
        yield unclear(change, "route", "serves another route", old, new)
        return
    text = f"serves a {'less' if now < was else 'more'} urgent route"
    yield verdict(change, weaker_if(now < was), "route", text, old=old, new=new)


def _redrive(change: Change, world: World) -> Iterator[Verdict]:
    """Where undeliverable messages end, and after how many tries."""
    pair = changed(change, "redrive_policy")
    if pair is None:
        return
    old, new = map(read_json, pair)
    if any(is_nothing(one) or isinstance(one, Unknown) for one in (old, new)):
        yield from _DEAD_LETTERS.judge(change, world)
    elif not same(old, new):
        queues = [as_map(one).get("deadLetterTargetArn") for one in (old, new)]
        tries = "gives up after another number of tries"
        other = "has another dead-letter queue, or another number of tries"
        text = tries if queues[0] and same(*queues) else other
        yield verdict(change, Effect.CHANGED, "redrive_policy", text, old=shown(old), new=shown(new))


_DEAD_LETTERS = present("redrive_policy", "dead-letter queue")
_REDRIVE = Aspect(_DEAD_LETTERS.paths, _redrive)


_OWN_KEY, _MANAGED = "kms_master_key_id", "sqs_managed_sse_enabled"
_SSE = switch(_MANAGED, "loses its encryption", "gets encryption", default=False)


def _managed(change: Change, world: World) -> Iterator[Verdict]:
    """Encryption by SQS itself is missed only where no key of a customer takes its place."""
    for found in _SSE.judge(change, world):
        side = change.after if found.effect is Effect.WEAKENED else change.before
        key = side.get(_OWN_KEY)
        if found.effect is Effect.UNCLEAR or is_nothing(key):
            yield found
        elif isinstance(key, Unknown) and not key.references:
            yield unclear(change, _MANAGED, "may lose or get its encryption", found.old, found.new)
        else:
            text = "is encrypted by a customer key instead"
            yield replace(found, effect=Effect.UNAFFECTED, text=text)


def _describe_topic(values: Values, _world: World) -> str:
    return target("", values).label or called(values)


TOPIC = Kind(
    types=("aws_sns_topic",),
    noun="topic",
    lost="Its subscribers are lost, and whatever is sent to it.",
    replaced="Its subscribers are lost; e-mail subscribers have to confirm again.",
    identity=("name", "name_prefix", "fifo_topic"),
    aspects=(
        Aspect(("tags.Route", "tags.Severity"), _route),
        present("kms_master_key_id", _KEY),
        policy("policy"),
        *(
            present(f"{protocol}_failure_feedback_role_arn", f"log of failed deliveries to {protocol}")
            for protocol in ("application", "firehose", "http", "lambda", "sqs")
        ),
    ),
    harmless=frozenset({"display_name", "tags"}),
    describe=_describe_topic,
)
SUBSCRIPTION = Kind(
    types=("aws_sns_topic_subscription",),
    noun="subscription",
    lost="It hears nothing any more.",
    replaced="It hears nothing until it has confirmed again.",
    loses=_confirms_again,
    identity=("endpoint", "protocol", "topic_arn"),
    aspects=(
        Aspect(("endpoint", "protocol", "topic_arn"), _subscriber),
        letting("filter_policy", "messages"),
        when_changed(_SCOPE, _scope),
        _REDRIVE,
    ),
    describe=_listener,
)
TOPIC_POLICY = Kind(
    types=("aws_sns_topic_policy", "aws_sqs_queue_policy", "aws_kms_key_policy", "aws_s3_bucket_policy"),
    noun="policy",
    lost="What it allowed and denied is so no more.",
    aspects=(policy("policy"),),
)
PROTECTION_POLICY = Kind(
    types=("aws_sns_topic_data_protection_policy",),
    noun="data protection policy",
    lost="Personal data in messages is hidden no more.",
    aspects=(policy("policy"),),
)
QUEUE = Kind(
    types=("aws_sqs_queue",),
    noun="queue",
    lost="Its messages are lost, and whatever is sent to it.",
    replaced="The messages in it are lost.",
    identity=("name", "name_prefix", "fifo_queue"),
    aspects=(
        _REDRIVE,
        present("kms_master_key_id", _KEY),
        Aspect(_SSE.paths, _managed),
        rising(
            "message_retention_seconds",
            "keeps messages for a shorter time",
            "keeps messages for a longer time",
            words=duration,
        ),
        policy("policy"),
        plain("visibility_timeout_seconds", "gives its readers another time", words=duration),
    ),
    harmless=_TAGS,
)
REDRIVE = Kind(
    types=("aws_sqs_queue_redrive_policy",),
    noun="redrive policy",
    lost="The queue has no dead-letter queue any more.",
    aspects=(_REDRIVE,),
)
CHAT = Kind(
    types=("aws_chatbot_slack_channel_configuration", "aws_chatbot_teams_channel_configuration"),
    noun="chat channel",
    lost="The channel hears nothing any more.",
    aspects=(
        members("sns_topic_arns", "leaves topics", "listens to more topics"),
        plain("slack_channel_id", "speaks in another channel"),
    ),
    harmless=_TAGS,
)
KINDS = (TOPIC, SUBSCRIPTION, TOPIC_POLICY, PROTECTION_POLICY, QUEUE, REDRIVE, CHAT)
