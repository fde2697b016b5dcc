"""Statements that deny: some guard the monitoring, some stop it, and of most nobody can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ops.review.verdicts import Effect
from policies.documents import Statement
from policies.values import as_number

# Whoever is denied one of these writes, carries or hears nothing more. A topic, a queue or a key only
# knows the actions of its own service.
_CARRIES = (
    "cloudwatch:putmetricdata",
    "events:putevents",
    "firehose:putrecord",
    "firehose:putrecordbatch",
    "kms:decrypt",
    "kms:encrypt",
    "kms:generatedatakey",
    "lambda:invokefunction",
    "lambda:invokefunctionurl",
    "logs:createlogstream",
    "logs:putlogevents",
    "sns:publish",
    "sqs:receivemessage",
    "sqs:sendmessage",
    "xray:puttracesegments",
)
_OF_SERVICE = {"sns": "sns:", "sqs": "sqs:", "kms": "kms:", "cloudwatch": "logs:", "iam": ""}
_TRUST = {"aws_iam_role": ("sts:assumerole",)}

# Nothing that watches or tells has to destroy, so to deny that is to protect.
_DESTROYS = re.compile(
    r"(?:cloudwatch|events|logs|s3|scheduler|sns|synthetics):delete.*"
    r"|cloudwatch:disablealarmactions|events:disablerule|sns:unsubscribe"
    r"|kms:(?:schedulekeydeletion|disablekey)|sqs:(?:deletequeue|purgequeue)"
)
_OLDEST_TLS = 1.3


def coming(statement: Statement, kind: str) -> Effect:
    """What it does that such a statement comes; that it goes does the opposite."""
    if _asks_for_tls(statement) or _protects(statement):
        return Effect.STRENGTHENED
    stops = not statement.conditions and not _spares_services(statement)
    return Effect.WEAKENED if stops and _stopped(statement, kind) else Effect.UNCLEAR


def _asks_for_tls(statement: Statement) -> bool:
    """Whether it denies only what does not come by TLS, or by one too old."""
    plain = [
        str(value).lower()
        for operator in ("Bool", "BoolIfExists")
        for value in statement.values_of(operator, "aws:securetransport")
    ]
    if plain:
        return set(plain) == {"false"}
    oldest = [as_number(one) for one in statement.values_of("NumericLessThan", "s3:tlsversion")]
    return bool(oldest) and all(one is not None and one <= _OLDEST_TLS for one in oldest)


def _protects(statement: Statement) -> bool:
    return bool(statement.actions) and all(map(_DESTROYS.fullmatch, statement.actions))


def _spares_services(statement: Statement) -> bool:
    """Whether it denies to all but some, among whom may be those that count."""
    spared = statement.values.get("NotPrincipal")
    return spared is not None and (not isinstance(spared, dict) or "Service" in spared)


def _stopped(statement: Statement, kind: str) -> bool:
    return any(map(statement.denies, _carried(kind)))


def _carried(kind: str) -> Iterator[str]:
    if kind in _TRUST:
        yield from _TRUST[kind]
        return
    service = _OF_SERVICE.get(kind.split("_")[1])
    yield from (one for one in _CARRIES if service is not None and one.startswith(service))
