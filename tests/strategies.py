"""Whole valid configurations, as the trees that YAML files hold."""

from __future__ import annotations

import string
from datetime import time, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from modules import facts
from modules.catalog.business import alarm_key
from modules.settings import Settings
from modules.settings.load import assemble
from modules.settings.relations import QUERY_WORDS
from tests.builders import BASE, TODAY
from tests.queries import queries

Tree = dict[str, Any]

LETTERS, DIGITS = string.ascii_lowercase, string.digits

# Plain text with a letter in front: from_regex would take most of the time of every property.
_parts = st.text(LETTERS + DIGITS, min_size=1, max_size=6)
_heads = st.sampled_from(LETTERS)
slugs = st.builds(
    lambda head, parts: head + "-".join(parts), _heads, st.lists(_parts, min_size=1, max_size=3)
)
_fields = st.builds(
    lambda head, tail: head + tail, _heads, st.text(string.ascii_letters + DIGITS + "_", max_size=10)
)
_plain_fields = _fields.filter(lambda field: field.lower() not in QUERY_WORDS)
_dotted_keys = st.builds("['{}.{}']".format, _plain_fields, _plain_fields)
fields = _plain_fields | _dotted_keys
words = st.builds(
    lambda head, tail: head + tail, _heads, st.text(string.ascii_letters + DIGITS + "_.-", max_size=12)
)
_mailboxes = st.text(LETTERS, min_size=1, max_size=8)
emails = st.builds(lambda box, domain: f"{box}@{domain}.example", _mailboxes, _mailboxes)
# Hypothesis tries the literals that it finds in tests too; the one of examples in documents is none of ours.
accounts = st.text(DIGITS, min_size=12, max_size=12).filter(lambda account: account != "123456789012")
regions = st.sampled_from(
    ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-2", "us-gov-west-1", "eu-south-1"]
)
retention_days = st.sampled_from(facts.RETENTION_DAYS)
severities = st.sampled_from(["critical", "warning", "info"])
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
ids = st.text(string.ascii_uppercase + string.digits, min_size=10, max_size=10)


@st.composite
def functions(draw: st.DrawFn) -> Tree:
    entry: Tree = {"timeout_seconds": draw(st.integers(1, 900))}
    entry["log_group"] = draw(st.sampled_from(["dedicated", "lambda-default"]))
    return entry


@st.composite
def agents(draw: st.DrawFn, region: str, account: str) -> Tree:
    """One to five agents; either all have told their alias or some have not."""
    names = draw(st.lists(slugs, min_size=1, max_size=5, unique=True))
    told = draw(st.one_of(st.just(names), st.lists(st.sampled_from(names), unique=True)))
    arn = f"arn:aws:bedrock:{region}:{account}:agent-alias"
    aliases = draw(st.lists(ids, min_size=len(names), max_size=len(names), unique=True))
    return {
        name: {"alias_arn": f"{arn}/{draw(ids)}/{alias}", "model_id": draw(words)} if name in told else {}
        for name, alias in zip(names, aliases, strict=True)
    }


@st.composite
def logs(draw: st.DrawFn) -> Tree:
    level, event, duration, session, error, error_type = draw(
        st.lists(fields, min_size=6, max_size=6, unique=True)
    )
    *error_levels, info = draw(st.lists(words, min_size=2, max_size=5, unique=True))
    request, response = draw(st.lists(words, min_size=2, max_size=2, unique=True))
    return {
        "level_field": level,
        "event_field": event,
        "duration_field": duration,
        "session_field": session,
        "error_field": error,
        "error_type_field": error_type,
        "error_levels": error_levels,
        "info_level": info,
        "request_event": request,
        "response_event": response,
    }


_camel = st.builds(
    lambda head, words: head + "".join(word.capitalize() for word in words),
    st.sampled_from(["Count", "Open", "Daily", "P95"]),  # no other alarm begins so
    st.lists(_parts, min_size=1, max_size=3),
)
# Without the one word that is refused: Hypothesis tries the literals that it finds in the code.
_dimension_words = st.text(string.ascii_letters + DIGITS + "_. /-", min_size=1, max_size=12).filter(
    lambda text: text != "__proto__"
)
dimensions = st.dictionaries(
    _dimension_words.filter(str.strip),
    _dimension_words.filter(lambda text: text == text.strip()),
    max_size=3,
)


@st.composite
def business_metrics(draw: st.DrawFn) -> Tree:
    """A metric with bounds, and if it has an alarm, then one that can fire and can be silent."""
    low, gap = draw(st.integers(-100, 100)), draw(st.integers(2, 90))
    metric: Tree = {"sql": draw(queries), "unit": draw(st.sampled_from(sorted(facts.UNITS - {"Percent"})))}
    metric |= draw(
        st.sampled_from([{}, {"widget": False}, {"minimum": low}, {"minimum": low, "maximum": low + gap}])
    )
    if draw(st.booleans()):
        metric["dimensions"] = draw(dimensions)
    if draw(st.booleans()):
        least = metric.get("minimum", 0)
        side = draw(st.sampled_from(["above", "below"]))
        metric["alarm"] = {
            side: draw(st.integers(least, least + gap - 1)) + (side == "below"),
            "severity": draw(severities),
            "because": "the team can answer no more at once",
        } | draw(st.sampled_from([{}, {"periods": 3}, {"runbook": "active-sessions"}]))
    return metric


@st.composite
def connections(draw: st.DrawFn, region: str, account: str) -> Tree:
    """By secret of ours, by a secret that exists, or by IAM; with or without a VPC and authorities."""
    host = draw(st.builds(lambda name: f"{name}.db.example", slugs))
    place = f"arn:{facts.partition_of(region).name}:secretsmanager:{region}:{account}:secret"
    found: Tree = draw(
        st.sampled_from(
            [
                {},
                {"auth": "secret", "host": host, "port": 6432, "name": "main"},
                {
                    "auth": "secret",
                    "secret_arn": f"{place}:rds!db-0a1b2c-x1y2z3",
                    "host": host,
                    "name": "main",
                },
                {
                    "auth": "iam",
                    "host": host,
                    "name": "main",
                    "user": "metrics",
                    "resource_id": "db-ABCD0123",
                },
            ]
        )
    )
    if draw(st.booleans()):
        subnets = st.lists(
            st.text("0123456789abcdef", min_size=8, max_size=17), min_size=1, max_size=3, unique=True
        )
        found = found | {
            "vpc": {
                "subnet_ids": [f"subnet-{one}" for one in draw(subnets)],
                "security_group_ids": [f"sg-{one}" for one in draw(subnets)],
            }
        }
    return found | draw(st.sampled_from([{}, {"ca_file": "tests/authorities.pem"}]))


@st.composite
def alarm_changes(draw: st.DrawFn, more: list[str]) -> Tree:
    """Other severities for any alarm, other thresholds where any positive figure can be reached."""
    keys = ["high-error-rate", "lambda-errors", "error-count", "bedrock-throttles", "response-time", *more]
    chosen = draw(st.lists(st.sampled_from(keys), unique=True))
    changes: Tree = {key: {"threshold": draw(st.integers(1, 50_000))} for key in chosen}
    for key in draw(st.lists(st.sampled_from([*keys, "high-latency", "db-connections-high"]), unique=True)):
        changes.setdefault(key, {})["severity"] = draw(severities)
    return changes


@st.composite
def routes(draw: st.DrawFn) -> Tree:
    """Any listeners, down to none at all."""
    found = {
        route: {"emails": draw(st.lists(emails, max_size=3))}
        for route in ("critical", "warning", "info", "delivery")
    }
    for route, kind in (
        ("critical", "slack"), ("warning", "slack"), ("critical", "pagerduty"), ("delivery", "pagerduty")
    ):  # fmt: skip
        found[route][kind] = draw(st.booleans())
    return found


@st.composite
def maintenance(draw: st.DrawFn) -> Tree:
    """A window that has not ended on the day of the tests."""
    patterns = st.sampled_from(["lambda-*", "error-count", "high-latency", "db-connections-high", "*"])
    return {
        "alarms": draw(st.lists(patterns, min_size=1, max_size=3, unique=True)),
        "severity": draw(severities),
        "until": draw(st.integers(0, 60).map(lambda days: f"{TODAY + timedelta(days=days)}")),
        "reason": "migration",
    }


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """A configuration that says something in every section."""
    region, account = draw(regions), draw(accounts)
    told = draw(st.booleans())
    days = draw(retention_days)
    names = draw(st.lists(slugs, min_size=1, max_size=10, unique=True))
    target = {"region": region} | (
        {"account": account, "partition": facts.partition_of(region).name} if told else {}
    )
    counted = draw(st.dictionaries(_camel, business_metrics(), max_size=3))
    with_sessions = draw(st.booleans())
    if with_sessions:
        counted |= {"ActiveSessions": BASE["business_metrics"]["metrics"]["ActiveSessions"]}
    return {
        "project": draw(slugs),
        "targets": [target],
        "bedrock": {"agents": draw(agents(region, account))},
        "lambda": {
            "account_concurrency": draw(st.integers(10, 100_000)),
            "functions": {name: draw(functions()) for name in names},
        },
        "backend": {"log": draw(logs())},
        "database": {
            "engine": draw(
                st.sampled_from(["postgres", "aurora-postgresql", "aurora-postgresql-serverless"])
            ),
            "max_connections": draw(st.integers(6, 10_000)),
            "connection": draw(connections(region, account)),
        },
        "business_metrics": {
            "every_minutes": draw(st.integers(1, 60)),
            "time_zone": draw(zones),
            "metrics": {name: counted[name] for name in _told_apart(counted)},
        },
        "routes": draw(routes()),
        "digest": {
            "time": draw(st.times().filter(_is_there_every_day).map(lambda time: f"{time:%H:%M}")),
            "time_zone": draw(zones),
            "all_clear": draw(st.sampled_from(["mail", "none"])),
        },
        "maintenance": draw(st.lists(maintenance(), max_size=2)),
        "alarms": draw(alarm_changes(["active-sessions"] if with_sessions else [])),
        "retention": {"days": days, "minimum_days": draw(st.integers(1, days))},
        "features": {"dashboards": draw(st.booleans()), "saved_queries": draw(st.booleans())},
    }


def _is_there_every_day(one: time) -> bool:
    """Clocks of the zones above leap from 2 to 3 o'clock."""
    return one.hour != 2


def _told_apart(names: Tree) -> list[str]:
    """The names whose alarms would have keys of their own."""
    return list({alarm_key(name): name for name in names}.values())


def replaced_settings(tree: Tree, *, environment: str = "prod") -> Settings:
    """Settings of a tree whose agents, functions and metrics stand alone, not beside the shipped ones."""
    base = BASE | {
        "business_metrics": BASE["business_metrics"] | {"metrics": {}},
        "bedrock": BASE["bedrock"] | {"agents": {}},
        "lambda": BASE["lambda"] | {"functions": {}},
    }
    return assemble(environment, base, tree, {})


all_settings = st.builds(replaced_settings, trees(), environment=st.sampled_from(["prod", "staging", "dev"]))


def shuffled(tree: Any, random: Random) -> Any:
    """The same tree with its mappings and lists in another order."""
    if isinstance(tree, list):
        return random.sample(tree, len(tree))
    if not isinstance(tree, dict):
        return tree
    return {key: shuffled(tree[key], random) for key in random.sample(sorted(tree), len(tree))}
