"""Keys and their policies, and the roles that use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.policies.mutations.edits import (
    Mutation,
    Values,
    dropping,
    ruling,
    service,
    setting,
)
from tests.policies.mutations.kinds import KEY, ROLE, ROLE_POLICY, says

USERS = ("cloudwatch", "sns", "logs")
REGION_ELSEWHERE = "eu-south-9"


def owner(statements: list[Values]) -> Values:
    """The statement for the account."""
    return next(statement for statement in statements if ":root" in json.dumps(statement.get("Principal")))


def using(name: str, statements: list[Values]) -> Values:
    """The statement for a service, which Logs has for each Region."""
    return service("logs.us-east-1" if name == "logs" else name, statements)


def admitting(name: str, change: Callable[[list[Values], Values], Any]) -> Mutation:
    """Change the statement for a service, in the policy of the key that it uses."""
    return ruling(
        KEY, lambda statements: change(statements, using(name, statements)), says("policy", f"{name}.")
    )


def updating(name: str, **values: Any) -> Mutation:
    return admitting(name, lambda _, statement: statement.update(values))


def denying(name: str, **statement: Any) -> Mutation:
    """Add a denial to the policy of the key that a service uses."""
    denial = {"Effect": "Deny", "Resource": "*", **statement}
    return admitting(name, lambda statements, _: statements.append(denial))


def owning(change: Callable[[list[Values], Values], Any]) -> Mutation:
    return ruling(KEY, lambda statements: change(statements, owner(statements)))


def may(action: str, change: Callable[[list[Values], Values], Any], kind: str = ROLE_POLICY) -> Mutation:
    """Change the statement of the first role that may do something."""

    def edit(statements: list[Values]) -> None:
        change(statements, next(one for one in statements if action in json.dumps(one["Action"])))

    return ruling(kind, edit, says("policy", action))


def gone(statements: list[Values], statement: Values) -> None:
    statements.remove(statement)


WORK = (
    *("logs:PutLogEvents", "sqs:ReceiveMessage", "sqs:DeleteMessage", "secretsmanager:GetSecretValue"),
    *("sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction"),
)

MUTATIONS: dict[str, list[Mutation]] = {
    "MON-KEY-001": [
        *(admitting(name, gone) for name in USERS),
        *(updating(name, Effect="Deny") for name in USERS),
        updating("cloudwatch", Action="kms:Decrypt"),
        updating("cloudwatch", Action="kms:GenerateDataKey*"),
        updating("sns", Principal={"Service": "s3.amazonaws.com"}),
        updating("logs", Principal={"Service": f"logs.{REGION_ELSEWHERE}.amazonaws.com"}),
        updating("logs", Action=["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:Describe*"]),
        denying("cloudwatch", Principal="*", Action="kms:Decrypt"),
        denying("cloudwatch", Principal={"Service": "cloudwatch.amazonaws.com"}, Action="kms:*"),
        denying("sns", NotPrincipal={"AWS": "arn:aws:iam::111122223333:root"}, Action="kms:*"),
        denying("sns", Principal={"AWS": "*"}, NotAction=["kms:Describe*", "kms:List*"]),
        dropping(KEY, "policy"),
        updating("sns", Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:sns:{REGION_ELSEWHERE}:*:*"}}),
        updating("sns", Condition={"ArnEquals": {"aws:SourceArn": "arn:aws:sns:*:*:elsewhere"}}),
        updating("sns", Condition={"StringLike": {"kms:ViaService": "lambda.*.amazonaws.com"}}),
        updating("cloudwatch", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:*:*:alarm:x-*"}}),
        updating("cloudwatch", Condition={"Bool": {"aws:PrincipalIsAWSService": "false"}}),
        updating(
            "logs",
            Condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:log-group:/x/*"}},
        ),
    ],
    "MON-KEY-002": [
        may("kms:Decrypt", gone),
        may("kms:Decrypt", lambda _, statement: statement.update(Effect="Deny")),
        may("kms:Decrypt", lambda _, statement: statement.update(Action="kms:Encrypt")),
        may(
            "kms:Decrypt",
            lambda _, statement: statement.update(
                Condition={"StringEquals": {"kms:ViaService": f"s3.{REGION_ELSEWHERE}.amazonaws.com"}}
            ),
        ),
        may(
            "kms:Decrypt",
            lambda statements, _: statements.append({"Effect": "Deny", "Action": "kms:*", "Resource": "*"}),
        ),
        denying("sns", Principal={"AWS": "*"}, Action="kms:Decrypt"),
        may("kms:GenerateDataKey", lambda _, statement: statement.update(Action=["kms:Decrypt"])),
    ],
    "MON-KEY-003": [setting(KEY, is_enabled=False), setting(KEY, is_enabled="false")],
    "MON-KEY-004": [setting(KEY, deletion_window_in_days=7)],
    "MON-KEY-005": [
        owning(gone),
        owning(lambda _, statement: statement.update(Action=["kms:Decrypt", "kms:Describe*"])),
        owning(lambda _, statement: (statement.pop("Action"), statement.update(NotAction="kms:Put*"))),
        owning(lambda _, statement: statement.update(Principal={"Service": "lambda.amazonaws.com"})),
        owning(
            lambda statements, _: statements.append(
                {"Effect": "Deny", "Principal": "*", "Action": "kms:PutKeyPolicy", "Resource": "*"}
            )
        ),
    ],
    "MON-IAM-003": [
        may("logs:PutLogEvents", lambda _, statement: statement.update(Resource="arn:aws:logs:*:*:x:*")),
        may("sqs:ReceiveMessage", lambda _, statement: statement.update(Effect="Deny")),
        may("sqs:ReceiveMessage", lambda _, statement: statement.update(Action="sqs:ReceiveMessage")),
        may(
            "secretsmanager:GetSecretValue",
            lambda statements, _: statements.append({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}),
        ),
        ruling(
            ROLE,
            lambda statements: statements.append({**statements[0], "Effect": "Deny"}),
            name="assume_role_policy",
        ),
        *(may(action, gone) for action in WORK),
    ],
}
