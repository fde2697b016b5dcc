"""The finer points of the rules about keys, and about what roles may do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policies import check, check_plan
from tests.policies.deliveries import ACCOUNT, REGION
from tests.policies.mutations.kinds import ALARM, GROUP, KEY, QUEUE, TOPIC
from tests.policies.plans import applied, planned
from tests.policies.stacks import good_context, good_stack, key_policy

Tree = dict[str, Any]
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ELSEWHERE = "999988887777"
OWNER, CLOUDWATCH, SNS, LOGS = range(4)


def found_in(stack: Tree) -> set[str]:
    return {finding.rule for finding in check(stack, good_context())}


def ruled(*changes: tuple[int, Tree], more: tuple[Tree, ...] = (), account: str | None = None) -> Tree:
    """The good stack with changed statements in the policy of its key; `None` leaves a part out."""
    stack, policy = good_stack(), key_policy()
    for index, parts in changes:
        statement = {**policy["Statement"][index], **parts}
        policy["Statement"][index] = {name: value for name, value in statement.items() if value is not None}
    policy["Statement"] += more
    stack["resource"][KEY]["data"]["policy"] = json.dumps(policy)
    if account:
        stack["provider"]["aws"][0]["allowed_account_ids"] = [account]
    return stack


def conditional(index: int, **condition: Tree) -> Tree:
    return ruled((index, {"Condition": condition}), account=ACCOUNT)


@pytest.mark.parametrize(
    ("index", "condition", "rules"),
    [
        (CLOUDWATCH, {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, set()),
        (CLOUDWATCH, {"StringEquals": {"AWS:sourceaccount": [ELSEWHERE, ACCOUNT]}}, set()),
        (CLOUDWATCH, {"StringEquals": {"aws:SourceAccount": ELSEWHERE}}, {"MON-KEY-001"}),
        (CLOUDWATCH, {"StringEquals": {"aws:SourceAccount": "*"}}, {"MON-KEY-001"}),
        (CLOUDWATCH, {"StringLike": {"aws:SourceAccount": "*"}}, set()),
        (CLOUDWATCH, {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, {"MON-KEY-001"}),
        (CLOUDWATCH, {"StringNotEquals": {"aws:SourceAccount": ELSEWHERE}}, set()),
        (CLOUDWATCH, {"StringEquals": {"aws:SourceAccount": "${var.account}"}}, set()),
        (CLOUDWATCH, {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:*:{ACCOUNT}:alarm:*"}}, set()),
        (CLOUDWATCH, {"ArnLike": {"aws:SourceArn": f"arn:aws-cn:cloudwatch:*:{ACCOUNT}:alarm:*"}}, set()),
        (CLOUDWATCH, {"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-x-1:*:alarm:*"}}, {"MON-KEY-001"}),
        (CLOUDWATCH, {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{ACCOUNT}:*"}}, {"MON-KEY-001"}),
        (CLOUDWATCH, {"StringEquals": {"kms:ViaService": f"sns.{REGION}.amazonaws.com"}}, set()),
        (
            CLOUDWATCH,
            {"StringEquals": {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}},
            {"MON-KEY-001"},
        ),
        (CLOUDWATCH, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, set()),
        (CLOUDWATCH, {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, set()),
        (SNS, {"ArnEquals": {"aws:SourceArn": "${aws_sns_topic.info.arn}"}}, {"MON-KEY-001"}),
        (SNS, {"StringEqualsIfExists": {"aws:SourceAccount": ELSEWHERE}}, {"MON-KEY-001"}),
        (LOGS, {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:*:*"}}, set()),
        (
            LOGS,
            {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": "${aws_cloudwatch_log_group.slack.arn}"}},
            {"MON-KEY-001"},
        ),
    ],
    ids=str,
)
def test_condition_that_no_call_meets_keeps_a_service_out(
    index: int, condition: Tree, rules: set[str]
) -> None:
    assert found_in(conditional(index, **condition)) == rules


@pytest.mark.parametrize(
    ("parts", "rules"),
    [
        ({"Action": "kms:*"}, set()),
        ({"Action": "*"}, set()),
        ({"Action": ["KMS:decrypt", "kms:generatedatakey"]}, set()),
        ({"Action": ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"]}, {"MON-KEY-001"}),
        ({"Action": None, "NotAction": "kms:Create*"}, set()),
        ({"Action": None, "NotAction": ["kms:Dec*"]}, {"MON-KEY-001"}),
        ({"Action": "${var.actions}"}, set()),
        ({"Principal": "*"}, set()),
        ({"Principal": {"AWS": "*"}}, set()),
        ({"Principal": {"Service": ["events.amazonaws.com", "cloudwatch.amazonaws.com"]}}, set()),
        ({"Principal": {"Service": "${var.service}"}}, set()),
        ({"Principal": {"Service": "sns.amazonaws.com"}}, {"MON-KEY-001"}),
        ({"Principal": {"AWS": ROOT}}, {"MON-KEY-001"}),
        ({"Principal": None, "NotPrincipal": {"AWS": ROOT}}, set()),
        ({"Principal": None, "NotPrincipal": {"Service": "cloudwatch.amazonaws.com"}}, {"MON-KEY-001"}),
        ({"Effect": "allow"}, {"MON-KEY-001"}),
    ],
    ids=str,
)
def test_statement_is_for_cloudwatch_and_both_actions(parts: Tree, rules: set[str]) -> None:
    assert found_in(ruled((CLOUDWATCH, parts))) == rules


@pytest.mark.parametrize(
    ("denial", "rules"),
    [
        ({"Principal": "*", "Action": "kms:Delete*"}, set()),
        ({"Principal": {"Service": "s3.amazonaws.com"}, "Action": "kms:*"}, set()),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:role/other"}, "Action": "kms:*"}, set()),
        (
            {"Principal": "*", "Action": "kms:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            set(),
        ),
        (
            {"Principal": "*", "Action": "kms:*", "Condition": {"StringEquals": {"aws:SourceVpce": "x"}}},
            set(),
        ),
        (
            {
                "Principal": "*",
                "Action": "kms:Decrypt",
                "Condition": {"Bool": {"aws:PrincipalIsAWSService": "true"}},
            },
            {"MON-KEY-001"},
        ),
        (
            {
                "Principal": "*",
                "Action": "kms:Decrypt",
                "Condition": {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}},
            },
            {"MON-KEY-002"},
        ),
    ],
    ids=str,
)
def test_denial_counts_where_it_is_sure_to_apply(denial: Tree, rules: set[str]) -> None:
    statement = {"Effect": "Deny", "Resource": "*", **denial}

    assert found_in(ruled(more=(statement,), account=ACCOUNT)) == rules


def test_key_that_encrypts_neither_topics_nor_queues_needs_no_service() -> None:
    """Neither CloudWatch nor SNS has to use a key of another stack."""
    stack = ruled(
        (CLOUDWATCH, {"Effect": "Deny", "Principal": {"AWS": "x"}}), (SNS, {"Principal": {"AWS": "x"}})
    )
    for item in (*stack["resource"][TOPIC].values(), *stack["resource"][QUEUE].values()):
        item["kms_master_key_id"] = f"arn:aws:kms:{REGION}:{ELSEWHERE}:key/x"

    assert found_in(stack) == set()


def test_topic_that_no_alarm_acts_on_needs_no_cloudwatch() -> None:
    stack = ruled((CLOUDWATCH, {"Principal": {"Service": "events.amazonaws.com"}}))
    other = f"arn:aws:kms:{REGION}:{ELSEWHERE}:key/x"
    for name, topic in stack["resource"][TOPIC].items():
        topic["kms_master_key_id"] = topic["kms_master_key_id"] if name == "digest" else other

    assert found_in(stack) == set()


@pytest.mark.parametrize(
    "named",
    [
        "alias/monitoring",
        "${aws_kms_alias.data.name}",
        "${aws_kms_alias.data.target_key_arn}",
        "${aws_kms_key.data.key_id}",
        "${aws_kms_key.data.id}",
    ],
)
def test_key_is_found_by_its_alias_and_by_its_id(named: str) -> None:
    stack = ruled((CLOUDWATCH, {"Principal": {"Service": "events.amazonaws.com"}}))
    for topic in stack["resource"][TOPIC].values():
        topic["kms_master_key_id"] = named

    assert found_in(stack) == {"MON-KEY-001"}


def test_finding_says_which_service_lacks_what() -> None:
    (finding,) = check(ruled((CLOUDWATCH, {"Action": "kms:Decrypt"})), good_context())

    assert finding.address == "aws_kms_key.data"
    assert finding.found == "no such statement"
    assert (
        finding.wanted == "Allow kms:GenerateDataKey for cloudwatch.amazonaws.com, for aws_sns_topic.critical"
    )


def test_finding_names_the_statement_whose_condition_is_not_met() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": ELSEWHERE}}
    stack = ruled((CLOUDWATCH, {"Sid": "Alarms", "Condition": condition}), account=ACCOUNT)

    (finding,) = check(stack, good_context())

    assert finding.found == "statement Alarms: the call does not meet its condition"


@pytest.mark.parametrize("policy", ["${data.aws_iam_policy_document.key.json}", "${var.policy}"])
def test_policy_that_is_not_known_claims_nothing(policy: str) -> None:
    stack = good_stack()
    stack["resource"][KEY]["data"]["policy"] = policy

    assert found_in(stack) == set()


def test_key_without_a_policy_admits_the_roles_of_its_account_and_no_service() -> None:
    stack = good_stack()
    del stack["resource"][KEY]["data"]["policy"]

    assert found_in(stack) == {"MON-KEY-001"}
    assert {finding.rule for finding in check_plan(planned(stack), good_context())} == {"MON-KEY-001"}


@pytest.mark.parametrize(("policy", "rules"), [(key_policy(), set()), ({"Statement": []}, {"MON-KEY-001"})])
def test_plan_shows_the_policy_that_somebody_else_gave_a_key(policy: Tree, rules: set[str]) -> None:
    """Of an existing key the plan knows the policy, though no argument sets it."""
    stack = good_stack()
    del stack["resource"][KEY]["data"]["policy"]
    plan = planned(applied(stack))
    resources = plan["planned_values"]["root_module"]["resources"]
    key = next(item for item in resources if item["type"] == KEY)
    key["values"]["policy"] = json.dumps(policy)

    found = {finding.rule for finding in check_plan(plan, good_context())}

    assert found == rules | ({"MON-KEY-002", "MON-KEY-005"} if rules else set())


@pytest.mark.parametrize(
    ("target", "rules"),
    [("${aws_kms_key.data.key_id}", set()), ("${var.key}", set()), ("elsewhere", {"MON-KEY-001"})],
)
def test_policy_may_be_a_resource_of_its_own(target: str, rules: set[str]) -> None:
    stack = good_stack()
    policy = stack["resource"][KEY]["data"].pop("policy")
    stack["resource"]["aws_kms_key_policy"] = {"data": {"key_id": target, "policy": policy}}

    assert found_in(stack) == rules


def test_log_group_of_another_region_is_of_the_logs_of_that_region() -> None:
    stack = good_stack()
    stack["resource"][GROUP]["notes"]["region"] = "eu-west-1"

    assert found_in(stack) == {"MON-KEY-001"}

    stack["resource"][GROUP]["notes"]["region"] = "${var.region}"
    assert found_in(stack) == set()


@pytest.mark.parametrize(
    ("target", "rules"),
    [
        ({"arn": "${aws_sns_topic.info.arn}"}, {"MON-KEY-001"}),
        ({"arn": "${aws_sqs_queue.slack.arn}"}, {"MON-KEY-001"}),
        ({"arn": "${aws_sqs_queue.slack.arn}", "role_arn": "${aws_iam_role.slack.arn}"}, set()),
        ({"arn": "elsewhere", "dead_letter_config": {"arn": "${aws_sqs_queue.slack.arn}"}}, {"MON-KEY-001"}),
        ({"arn": "elsewhere"}, set()),
    ],
    ids=str,
)
def test_eventbridge_has_to_use_the_key_of_what_it_sends_to(target: Tree, rules: set[str]) -> None:
    stack = good_stack()
    stack["resource"]["aws_cloudwatch_event_target"] = {"events": {"rule": "events", **target}}

    assert found_in(stack) == rules


@pytest.mark.parametrize(
    ("condition", "rules"), [({}, set()), ({"aws:SourceAccount": ACCOUNT}, {"MON-KEY-001"})]
)
def test_eventbridge_meets_no_condition_on_the_key_of_a_topic(condition: Tree, rules: set[str]) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        **({"Condition": {"StringEquals": condition}} if condition else {}),
    }
    stack = ruled(more=(statement,), account=ACCOUNT)
    stack["resource"]["aws_cloudwatch_event_target"] = {"events": {"arn": "${aws_sns_topic.info.arn}"}}

    assert found_in(stack) == rules


@pytest.mark.parametrize(
    ("kind", "argument", "service", "rules"),
    [
        ("aws_sns_topic_policy", "policy", "cloudwatch.amazonaws.com", {"MON-TOP-005"}),
        ("aws_sqs_queue_policy", "policy", "sns.amazonaws.com", {"MON-QUE-006"}),
    ],
)
@pytest.mark.parametrize(
    "change",
    [
        {"Condition": {"StringEquals": {"aws:SourceAccount": ELSEWHERE}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:*:eu-x-1:*:*"}}},
        {"Resource": f"arn:aws:sqs:{REGION}:{ACCOUNT}:elsewhere"},
    ],
    ids=str,
)
def test_statement_that_admits_nothing_of_this_stack_is_none(
    kind: str, argument: str, service: str, rules: set[str], change: Tree
) -> None:
    stack = ruled(account=ACCOUNT)
    item = stack["resource"][kind]["critical" if "topic" in kind else "slack"]
    document = json.loads(item[argument])
    statement = next(one for one in document["Statement"] if service in json.dumps(one["Principal"]))
    statement.update(change)
    item[argument] = json.dumps(document)

    assert found_in(stack) == rules


@pytest.mark.parametrize(
    ("kind", "rules"), [("aws_sns_topic_policy", "MON-TOP-005"), ("aws_sqs_queue_policy", "MON-QUE-006")]
)
def test_denial_takes_away_what_another_statement_allows(kind: str, rules: str) -> None:
    stack = good_stack()
    item = stack["resource"][kind]["critical" if "topic" in kind else "slack"]
    document = json.loads(item["policy"])
    document["Statement"].append({"Effect": "Deny", "Principal": "*", "NotAction": "x:*", "Resource": "*"})
    item["policy"] = json.dumps(document)

    assert rules in found_in(stack)


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({"is_enabled": True}, set()),
        ({"is_enabled": "${var.enabled}"}, set()),
        ({"is_enabled": False}, {"MON-KEY-003"}),
        ({"deletion_window_in_days": 14}, set()),
        ({"deletion_window_in_days": "13"}, {"MON-KEY-004"}),
        ({"deletion_window_in_days": "${var.days}"}, set()),
    ],
    ids=str,
)
def test_key_in_use_is_enabled_and_waits_before_it_is_deleted(values: Tree, rules: set[str]) -> None:
    stack = good_stack()
    stack["resource"][KEY]["data"] |= values
    assert found_in(stack) == rules

    stack["resource"][KEY]["unused"] = {**stack["resource"][KEY]["data"], **values}
    stack["resource"][KEY]["data"] = {
        name: value for name, value in stack["resource"][KEY]["data"].items() if name not in values
    }
    assert found_in(stack) == set()


def test_each_alarm_on_a_topic_has_to_be_admitted() -> None:
    """One alarm is named otherwise than the condition wants."""
    stack = conditional(
        CLOUDWATCH, ArnLike={"aws:SourceArn": "arn:aws:cloudwatch:*:*:alarm:scheduling-agent-*"}
    )
    assert found_in(stack) == set()

    stack["resource"][ALARM]["errors"]["alarm_name"] = "errors"
    assert "MON-KEY-001" in found_in(stack)
