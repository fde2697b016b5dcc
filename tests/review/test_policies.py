"""Policy documents before and after: statements with and without a Sid, and those that deny."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ops.review import Effect
from tests.review.builders import Tree, reviewed, said
from tests.review.cases import REVERSED

WEAKENED, STRENGTHENED, UNCLEAR = Effect.WEAKENED, Effect.STRENGTHENED, Effect.UNCLEAR
ROLE, TOPIC, KEY, BUCKET = (
    "aws_iam_role_policy",
    "aws_sns_topic_policy",
    "aws_kms_key_policy",
    "aws_s3_bucket_policy",
)
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


def document(*statements: Tree) -> Tree:
    return {"name": "one", "policy": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})}


def allow(resource: str = "*", **parts: Any) -> Tree:
    return {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": resource} | parts


def deny(action: Any = "sns:Publish", **parts: Any) -> Tree:
    return {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"} | parts


def effects(before: list[Tree], after: list[Tree], kind: str = ROLE) -> list[Effect]:
    return [effect for effect, _ in said(reviewed(document(*before), document(*after), kind=kind))]


def test_one_of_two_statements_of_the_same_words_is_missed() -> None:
    found = reviewed(document(allow("arn:A"), allow("arn:B")), document(allow("arn:B")), kind=ROLE)
    (one,) = found.verdicts
    assert (one.effect, one.item) == (WEAKENED, "Allow logs:PutLogEvents on arn:A")


def test_one_of_two_denials_of_the_same_words_is_missed() -> None:
    other = {"Bool": {"aws:ViaAWSService": "false"}}
    both = [deny("sns:*", Condition=PLAIN), deny("sns:*", Condition=other)]
    assert effects(both, both[1:], TOPIC) == [WEAKENED]
    assert effects(both, both[:1], TOPIC) == [UNCLEAR]


def test_statement_that_stands_there_twice_is_missed_once() -> None:
    assert effects([allow(), allow()], [allow()]) == [WEAKENED]


def test_statement_without_sid_that_reads_otherwise_is_unclear() -> None:
    found = reviewed(document(allow("arn:A")), document(allow("arn:B")), kind=ROLE)
    assert [(one.effect, one.old, one.new) for one in found.verdicts] == [(UNCLEAR, "arn:A", "arn:B")]


def test_what_is_left_out_reads_as_that() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": "x"}, "NotAction": "sns:Publish", "Resource": "*"}
    (one,) = reviewed(document(), document(statement), kind=TOPIC).verdicts
    assert one.item == "Deny all but x all but sns:Publish on *"


def test_other_version_of_the_language_is_said() -> None:
    before, after = document(allow()), document(allow())
    after["policy"] = after["policy"].replace("2012-10-17", "2008-10-17")
    assert said(reviewed(before, after, kind=ROLE)) == [(UNCLEAR, "policy")]


@pytest.mark.parametrize(
    ("statement", "kind", "effect"),
    [
        (deny(), TOPIC, WEAKENED),
        (deny("SNS:*"), TOPIC, WEAKENED),
        (deny("*"), TOPIC, WEAKENED),
        (deny("sns:Pub*"), TOPIC, WEAKENED),
        (deny("cloudwatch:PutMetricData"), ROLE, WEAKENED),
        (deny(["s3:GetObject", "logs:Put*"]), ROLE, WEAKENED),
        (deny("lambda:Invoke*"), ROLE, WEAKENED),
        (deny("kms:GenerateDataKey*", Principal={"Service": "cloudwatch.amazonaws.com"}), KEY, WEAKENED),
        (deny("sqs:ReceiveMessage"), "aws_sqs_queue_policy", WEAKENED),
        (deny("sts:AssumeRole"), ROLE, UNCLEAR),
        (deny("sns:Subscribe"), TOPIC, UNCLEAR),
        (deny("s3:GetObject"), BUCKET, UNCLEAR),
        (deny(None, NotAction="sns:Subscribe"), TOPIC, WEAKENED),
        (deny(None, NotAction="sns:Publish"), TOPIC, UNCLEAR),
        (deny(None, NotAction="sns:Publish"), ROLE, WEAKENED),
        (deny(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::1:root"}), TOPIC, WEAKENED),
        (deny(Principal=None, NotPrincipal={"Service": "cloudwatch.amazonaws.com"}), TOPIC, UNCLEAR),
        (deny(Condition={"StringNotEquals": {"aws:SourceAccount": "1"}}), TOPIC, UNCLEAR),
        (deny(Condition=PLAIN), TOPIC, STRENGTHENED),
        (deny(Condition={"Bool": {"AWS:SecureTransport": [False]}}), TOPIC, STRENGTHENED),
        (deny(Condition={"Bool": {"aws:SecureTransport": "true"}}), TOPIC, UNCLEAR),
        (deny("s3:*", Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}}), BUCKET, STRENGTHENED),
        (deny("s3:*", Condition={"NumericLessThan": {"s3:TlsVersion": "9"}}), BUCKET, UNCLEAR),
        (deny(["logs:Delete*", "cloudwatch:DeleteAlarms"]), ROLE, STRENGTHENED),
        (deny(["logs:Delete*", "logs:*"]), ROLE, WEAKENED),
        (deny("sqs:DeleteMessage"), ROLE, UNCLEAR),
    ],
)
def test_denial_weakens_where_it_stops_what_tells(statement: Tree, kind: str, effect: Effect) -> None:
    statement = {name: value for name, value in statement.items() if value is not None}
    assert effects([allow()], [allow(), statement], kind) == [effect]
    assert effects([allow(), statement], [allow()], kind) == [REVERSED[effect]]


def test_trust_that_is_denied_stops_the_role() -> None:
    before, after = (
        {"name": "one", "assume_role_policy": document(*one)["policy"]}
        for one in ([allow()], [allow(), deny("sts:AssumeRole")])
    )
    assert said(reviewed(before, after, kind="aws_iam_role")) == [(WEAKENED, "assume_role_policy")]


def test_permission_that_turns_into_a_denial_weakens_twice() -> None:
    before, after = allow(Sid="Write"), allow(Sid="Write", Effect="Deny")
    assert effects([before], [after]) == [WEAKENED, WEAKENED]


def test_denial_that_forgets_its_condition_is_another_one() -> None:
    before, after = deny(Sid="Plain", Condition=PLAIN), deny(Sid="Plain")
    assert effects([before], [after], TOPIC) == [WEAKENED, WEAKENED]


def test_first_policy_may_do_harm_too() -> None:
    queue = {"name": "one"}
    with_policy = queue | {"policy": document(allow(), deny("sqs:*"))["policy"]}
    there = said(reviewed(queue, with_policy, kind="aws_sqs_queue"))
    back = said(reviewed(with_policy, queue, kind="aws_sqs_queue"))
    assert [effect for effect, _ in there] == [WEAKENED, STRENGTHENED]
    assert [effect for effect, _ in back] == [WEAKENED, STRENGTHENED]


statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.sampled_from(["sns:Publish", "sns:*", "sns:DeleteTopic", "sns:Subscribe"]),
        "Resource": st.sampled_from(["arn:A", "arn:B"]),
    },
    optional={
        "Sid": st.sampled_from(["One", "Two"]),
        "Principal": st.sampled_from(["*", {"Service": "cloudwatch.amazonaws.com"}]),
        "Condition": st.sampled_from([PLAIN, {"Bool": {"aws:SecureTransport": "true"}}]),
    },
)
policies = st.lists(statements, max_size=4)


@given(before=policies, after=policies)
def test_reverse_exchanges_weakened_and_strengthened(before: list[Tree], after: list[Tree]) -> None:
    there, back = effects(before, after, TOPIC), effects(after, before, TOPIC)
    assert sorted(back) == sorted(REVERSED[effect] for effect in there)


@given(before=policies, after=policies)
def test_any_other_statement_is_said(before: list[Tree], after: list[Tree]) -> None:
    one, other = (Counter(json.dumps(found, sort_keys=True) for found in side) for side in (before, after))
    assume(one != other)
    assert effects(before, after, TOPIC)
