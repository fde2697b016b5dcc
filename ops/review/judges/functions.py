"""Functions, and what starts them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modules.terraform.values import as_text, as_whole
from ops.review.judges.documents import policy
from ops.review.judges.kinds import (
    Aspect,
    Kind,
    changed,
    is_open,
    members,
    plain,
    present,
    rising,
    source,
    switch,
    unclear,
    verdict,
    weaker_if,
    when_changed,
)
from ops.review.judges.patterns import letting
from ops.review.plans import Change
from ops.review.values import shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

_CODE = (
    "source_code_hash",
    "filename",
    "s3_key",
    "s3_bucket",
    "s3_object_version",
    "image_uri",
    "code_sha256",
)
_TAGS = frozenset({"tags", "description"})
_TRACED = "Active"


def _code(change: Change, _world: World) -> Iterator[Verdict]:
    """New code: what it does, no plan can tell."""
    if any(changed(change, path) for path in _CODE):
        yield verdict(change, Effect.CHANGED, "code", "has new code", old="", new="")


_CONCURRENCY = "reserved_concurrent_executions"
_TRACING = "tracing_config.mode"


def _concurrency(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
    """With no concurrency left a function is switched off."""
    path = _CONCURRENCY
    old, new = as_whole(before), as_whole(after)
    words = {"old": shown(before), "new": shown(after)}
    if old is None or new is None:
        yield unclear(change, path, "may run another number of times at once", before, after)
    elif 0 in (old, new):
        text = "is switched off: it may not run at all" if new == 0 else "may run again"
        yield verdict(change, weaker_if(new == 0), "silence", text, **words)
    else:
        yield verdict(change, Effect.CHANGED, path, "may run another number of times at once", **words)


def _tracing(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
    was, now = (one == _TRACED for one in (old, new))
    if was == now or is_open(old, new):
        yield unclear(change, _TRACING, "is traced otherwise", old, new)
        return
    text = f"is {'no longer' if was else 'now'} traced"
    yield verdict(change, weaker_if(was), _TRACING, text, old=shown(old), new=shown(new))


# The higher, the less is written, and the less is there for metric filters to find.
_LEVELS = {"TRACE": 0, "DEBUG": 1, "INFO": 2, "WARN": 3, "ERROR": 4, "FATAL": 5}


def _log_level(path: str) -> Aspect:
    """The least level of what is written to the log."""

    def judge(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
        was, now = (_LEVELS.get(as_text(one) or "") for one in (old, new))
        if was is None or now is None:
            yield unclear(change, path, "writes fewer log lines, or more", old, new)
            return
        text = f"writes {'fewer' if now > was else 'more'} log lines"
        yield verdict(change, weaker_if(now > was), path, text, old=shown(old), new=shown(new))

    return when_changed(path, judge)


FUNCTION = Kind(
    types=("aws_lambda_function",),
    noun="function",
    lost="What it does is done no more.",
    identity=("function_name",),
    aspects=(
        Aspect(_CODE, _code),
        when_changed(_CONCURRENCY, _concurrency),
        when_changed(_TRACING, _tracing),
        present("dead_letter_config.target_arn", "dead-letter queue"),
        present("kms_key_arn", "customer key for encryption"),
        _log_level("logging_config.application_log_level"),
        _log_level("logging_config.system_log_level"),
        plain("logging_config.log_group", "writes to another log group"),
        plain("runtime", "runs on another runtime"),
    ),
    harmless=_TAGS,
)
SOURCE = Kind(
    types=("aws_lambda_event_source_mapping",),
    noun="event source",
    lost="The function gets nothing from it any more.",
    aspects=(
        switch("enabled", "is switched off", "is switched on"),
        source("event_source_arn", "source"),
        source("function_name", "function"),
        present("destination_config.on_failure.destination_arn", "destination for failures"),
        letting("filter_criteria.filter", "messages"),
        members("function_response_types", "no longer reports", "now reports"),
        rising("maximum_retry_attempts", "is tried less often", "is tried more often"),
    ),
    harmless=_TAGS,
)
INVOCATION = Kind(
    types=("aws_lambda_function_event_invoke_config",),
    noun="invocation setting",
    lost="Failed invocations are handled by the defaults.",
    aspects=(
        present("destination_config.on_failure.destination", "destination for failures"),
        rising("maximum_retry_attempts", "is tried less often", "is tried more often"),
    ),
)
PERMISSION = Kind(
    types=("aws_lambda_permission",),
    noun="permission",
    lost="The caller may no longer invoke the function.",
    aspects=(
        source("principal", "caller"),
        source("source_arn", "source"),
        source("function_name", "function"),
    ),
)
ROLE = Kind(
    types=("aws_iam_role",),
    noun="role",
    lost="What uses it can do nothing any more.",
    aspects=(policy("assume_role_policy", "trust policy"),),
    harmless=_TAGS,
)
ROLE_POLICY = Kind(
    types=(
        "aws_iam_role_policy",
        "aws_iam_policy",
        "aws_iam_policy_attachment",
        "aws_iam_role_policy_attachment",
        "aws_kms_grant",
        "aws_cloudwatch_event_bus_policy",
        "aws_cloudwatch_event_permission",
    ),
    noun="permissions",
    lost="What they allowed is allowed no more.",
    aspects=(policy("policy"), source("policy_arn", "policy")),
    harmless=_TAGS,
)
ALIAS = Kind(
    types=("aws_lambda_alias",),
    noun="function alias",
    lost="Who calls the function by it finds none.",
    aspects=(plain("function_version", "stands for another version"),),
    harmless=_TAGS,
)
KINDS = (FUNCTION, ALIAS, SOURCE, INVOCATION, PERMISSION, ROLE, ROLE_POLICY)
