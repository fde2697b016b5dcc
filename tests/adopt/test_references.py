"""A stack's references as the texts that they stand for."""

from __future__ import annotations

from typing import Any

from ops.adopt.accounts import Place
from ops.adopt.references import resolved
from tests.adopt.accounts import NUMBER, REGION
from tests.builders import Tree

HERE = Place(NUMBER, REGION, "aws")
STACK: Tree = {
    "resource": {
        "aws_sns_topic": {"t": {"name": "x-t"}},
        "aws_sqs_queue": {"q": {"name": "x-q"}},
        "aws_iam_role": {"r": {"name": "x-r"}},
        "aws_kms_key": {"k": {}},
        "other": {
            "o": {
                "topic": "${aws_sns_topic.t.arn}",
                "id": "${aws_sns_topic.t.id}",
                "name": "${aws_sns_topic.t.name}",
                "url": "${aws_sqs_queue.q.url}",
                "role": "${aws_iam_role.r.id}",
                "json": '{"a":"${aws_sqs_queue.q.arn}"}',
                "key": "${aws_kms_key.k.arn}",
                "account": "${data.aws_caller_identity.current.account_id}",
                "variable": "${var.x}",
                "plain": "$${aws_sns_topic.t.arn}",
                "nobodys": "${aws_sns_topic.gone.arn}",
            }
        },
    }
}


def values(**known: Any) -> Tree:
    found = resolved(STACK, HERE, **known)["resource"]["other"]["o"]
    return dict(found)


def test_names_tell_most_of_them() -> None:
    found = values(environ={"TF_VAR_x": 'with "quotes"'})

    assert found == {
        "topic": f"arn:aws:sns:{REGION}:{NUMBER}:x-t",
        "id": f"arn:aws:sns:{REGION}:{NUMBER}:x-t",
        "name": "x-t",
        "url": f"https://sqs.{REGION}.amazonaws.com/{NUMBER}/x-q",
        "role": "x-r",
        "json": f'{{"a":"arn:aws:sqs:{REGION}:{NUMBER}:x-q"}}',
        "key": "${aws_kms_key.k.arn}",
        "account": NUMBER,
        "variable": 'with "quotes"',
        "plain": "${aws_sns_topic.t.arn}",
        "nobodys": "${aws_sns_topic.gone.arn}",
    }


def test_what_aws_chose_is_known_once_it_was_found() -> None:
    found = values(known={"aws_kms_key.k.arn": "arn:k", "aws_sqs_queue.q.url": "http://q"}, environ={})

    assert (found["key"], found["url"], found["variable"]) == ("arn:k", "http://q", "${var.x}")
