"""The deployment that other tests play with: what it shows is what was delivered, and it forgets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.deployed import Deployed
from tests.lambdas.slack_stand_in import accept, hang, status


def test_critical_alarm_and_its_recovery_reach_all_channels_of_its_route(deployed: Deployed) -> None:
    for state in ("ALARM", "OK"):
        deployed.set_state("error-count", state)

    deployed.until(lambda: len(deployed.slack("slack-critical")) == 2)
    deployed.until(lambda: len(deployed.pagerduty("critical")) == 2)
    deployed.until(lambda: len(deployed.mails("critical")) == 2)
    deployed.settle()
    assert {notice.state for notice in deployed.slack("slack-critical")} == {"ALARM", "OK"}
    assert {event.action for event in deployed.pagerduty()} == {"trigger", "resolve"}
    assert len({event.dedup_key for event in deployed.pagerduty()}) == 1
    assert [mail.alarm["NewStateValue"] for mail in deployed.mails()] == ["ALARM", "OK"]
    assert deployed.slack("slack-warning") == []


def test_first_ok_of_a_new_alarm_is_mailed_to_nobody(deployed: Deployed) -> None:
    deployed.set_state("response-time", "INSUFFICIENT_DATA")
    deployed.set_state("response-time", "OK")

    deployed.settle()
    assert deployed.mails() == []
    assert deployed.posts("slack-warning") == []


def test_info_notice_waits_for_the_digest(deployed: Deployed) -> None:
    deployed.set_state("total-messages", "ALARM")
    deployed.until(lambda: deployed.depth("digest").visible == 1)

    answer = deployed.invoke("digest")

    assert (answer["mailed"], answer["taken"]) == ("digest", 1)
    (mail,) = deployed.until(lambda: deployed.mails("digest"))
    assert "total-messages" in mail.body
    assert deployed.depth("digest").total == 0
    assert any(line["message"] == "notice" for line in deployed.logged("digest"))


def test_refused_notice_ends_in_the_dead_letters(deployed: Deployed) -> None:
    deployed.slack_answers(status(400, "invalid_blocks"))
    with deployed.hurry("slack-warning", most_receives=1):
        deployed.set_state("response-time", "ALARM")
        deployed.until(lambda: deployed.depth("slack-warning-dead").visible == 1)

    (body,) = deployed.take("slack-warning-dead")
    assert json.loads(json.loads(body)["Message"])["NewStateValue"] == "ALARM"
    assert deployed.posts("slack-warning") == []


@pytest.mark.parametrize("fault", ["refuses", "is not trusted", "secret is malformed", "secret is missing"])
def test_notice_comes_after_all_when_the_fault_is_over(deployed: Deployed, fault: str) -> None:
    faults = {
        "refuses": deployed.slack_refuses(),
        "is not trusted": deployed.slack_is_not_trusted(),
        "secret is malformed": deployed.secret("slack-warning", "{}"),
        "secret is missing": deployed.secret("slack-warning", None),
    }
    with deployed.hurry("slack-warning"):
        with faults[fault]:
            deployed.set_state("response-time", "ALARM")
            deployed.until(lambda: deployed.returned("slack-warning"))
            assert deployed.posts("slack-warning") == []
        deployed.until(lambda: len(deployed.slack("slack-warning")) == 1)
        deployed.settle()

    assert len(deployed.slack("slack-warning")) == 1


def test_slack_that_hangs_gets_the_notice_with_the_next_attempt(deployed: Deployed) -> None:
    deployed.slack_answers(hang, accept)
    with deployed.hurry("slack-warning"):
        deployed.set_state("response-time", "ALARM")
        deployed.settle()

    assert len(deployed.slack("slack-warning")) == 1
    assert deployed.asked("slack-warning") == 2


def test_more_than_slacks_rate_waits_and_arrives(deployed: Deployed) -> None:
    deployed.slack_rate(5)
    names = [f"alarm-{number}" for number in range(30)]
    for name in names:
        alarm = {"AlarmName": name, "NewStateValue": "ALARM", "OldStateValue": "OK", "Trigger": {}}
        deployed.publish("critical", alarm)

    deployed.until(lambda: len(deployed.slack("slack-critical")) >= len(names))
    deployed.settle()
    assert sorted(notice.title.split()[-1] for notice in deployed.slack("slack-critical")) == sorted(names)


def test_reset_leaves_nothing_of_the_test_before(deployed: Deployed) -> None:
    deployed.slack_answers(status(500))
    deployed.set_state("response-time", "ALARM")
    deployed.set_state("error-count", "ALARM")
    deployed.until(lambda: deployed.asked("slack-warning"))

    deployed.reset()

    assert (deployed.slack("slack-warning"), deployed.pagerduty(), deployed.mails()) == ([], [], [])
    assert all(deployed.depth(key).total == 0 for key in deployed.queues)
    deployed.set_state("response-time", "OK")  # as it is already, so nobody is told
    deployed.set_state("response-time", "ALARM")
    deployed.until(lambda: len(deployed.slack("slack-warning")) == 1)
    deployed.settle()
    assert [notice.change for notice in deployed.slack("slack-warning")] == ["OK → ALARM"]


def test_function_can_do_only_what_its_role_allows(deployed: Deployed) -> None:
    role = next(one.role_name for one in deployed.monitoring.functions if one.key == "slack-warning")
    iam = deployed.aws("iam")
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    assert "secretsmanager:GetSecretValue" in policy
    less = policy.replace("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret")

    with deployed.hurry("slack-warning"):
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=less)
        deployed.set_state("response-time", "ALARM")
        deployed.until(lambda: deployed.returned("slack-warning"))
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy)
        deployed.settle()

    assert len(deployed.slack("slack-warning")) == 1
    refused = [line for line in deployed.logged("slack-warning") if line["message"] == "secret_unusable"]
    assert "AccessDenied" in refused[-1]["reason"]


def test_addresses_of_people_are_in_terraforms_state_at_most(deployed: Deployed) -> None:
    stand_ins = deployed.stand_ins
    deployed.set_state("error-count", "ALARM")
    with deployed.hurry("slack-warning"), deployed.slack_refuses():
        deployed.set_state("response-time", "ALARM")
        deployed.until(lambda: deployed.returned("slack-warning"))
    deployed.settle()

    folder = deployed.deployment.stack.parents[2]
    texts = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and _is_text(path)}

    assert {"emulator.log", "cdk.tf.json"} <= texts.keys()
    paging = {name for name, text in texts.items() if stand_ins.pagerduty.path.encode() in text}
    assert len(paging) == 1
    assert paging.pop().startswith("terraform.scheduling-agent-local")
    for url in stand_ins.webhooks.values():
        path = url.split("/", 3)[3].encode()
        assert [name for name, text in texts.items() if path in text] == []
    assert all("/services/" not in str(line) for line in deployed.logged("slack-warning"))


def _is_text(path: Path) -> bool:
    return ".terraform" not in path.parts
