"""Nothing sensitive is printed: by Terraform's marks, by its name, by its looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from modules.semantics.secrets import SENSITIVE, is_secret_name
from ops.review import Acceptance, Review, Section, review
from ops.review.json_report import as_json
from ops.review.markdown import markdown
from ops.review.masks import Mask
from ops.review.verdicts import Effect
from policies.findings import Finding, Level
from tests.review.builders import entry, plan, reviewed, values
from tests.review.conftest import Plans
from tests.review.extras import SECRETS
from tests.secret_texts import KEY_ID as ACCESS_KEY


def printed(found: Review) -> str:
    return markdown(found) + as_json(found)


@pytest.mark.parametrize("name", ["forward", "backward", "story"])
def test_real_review_holds_none_of_the_secrets(name: str, plans: Plans) -> None:
    text = printed(review(getattr(plans, name)))
    assert [secret for secret in SECRETS if secret in text] == []


def test_real_comparison_holds_none_of_the_secrets(compared: Review) -> None:
    assert [secret for secret in SECRETS if secret in printed(compared)] == []


def test_secrets_are_in_the_plans_that_were_reviewed(plans: Plans) -> None:
    text = repr(plans.forward.raw)
    assert [secret for secret in SECRETS if secret not in text] == []


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True),
        ("master_password", True),
        ("secret_string", True),
        ("auth_token", True),
        ("WEBHOOK_URL", True),
        ("routing_key", True),
        ("secret_arn", False),
        ("secret_name", False),
        ("kms_key_id", False),
        ("threshold", False),
        ("password_policy", False),
        ("db_pass", True),
        ("dbPass", True),
        ("bypass", False),
        ("account_key", True),
    ],
)
def test_attribute_is_judged_by_its_name(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


def marked(**change: Any) -> Review:
    before, after = values(alarm_description="old-word"), values(alarm_description="new-word")
    return reviewed(before, after, **change)


@pytest.mark.parametrize(
    "marks",
    [
        {"before_sensitive": {"alarm_description": True}, "after_sensitive": {"alarm_description": True}},
        {"before_sensitive": True, "after_sensitive": True},
    ],
)
def test_marked_value_is_hidden_and_its_change_is_told(marks: dict[str, Any]) -> None:
    found = marked(**marks)
    assert "old-word" not in printed(found)
    assert "new-word" not in printed(found)
    assert [(one.old, one.new) for one in found.verdicts] == [(SENSITIVE, SENSITIVE)]


def test_marked_block_of_a_set_hides_the_whole_set() -> None:
    sets = [[{"field": "hidden-one"}], [{"field": "hidden-two"}, {"field": "x"}]]
    found = reviewed(
        {"things": sets[0]},
        {"things": sets[1]},
        kind="aws_other",
        before_sensitive={"things": [{"field": True}]},
        after_sensitive={"things": [{"field": True}]},
    )
    assert "hidden-" not in printed(found)
    assert found.verdicts


def test_marked_value_is_hidden_wherever_else_it_stands() -> None:
    word = "quite-a-long-word"
    secret = entry(
        {"value": word}, {"value": "x"}, kind="aws_ssm_parameter", name="p", before_sensitive={"value": True}
    )
    other = entry(values(), values(alarm_description=f"The word is {word}."), name=f"of-{word}")
    found = review(plan(secret, other))
    assert word not in printed(found)
    assert f"The word is {SENSITIVE}." in printed(found)


def test_sensitive_variable_is_hidden_wherever_it_stands() -> None:
    word = "quite-a-long-word"
    declared = {"root_module": {"variables": {"word": {"sensitive": True}, "other": {}}}}
    given = {"word": {"value": word}, "other": {"value": "public-word"}}
    change = entry(values(), values(alarm_description=f"{word} and public-word"))
    text = printed(review(plan(change, configuration=declared, variables=given)))
    assert word not in text
    assert "public-word" in text


def test_secret_that_a_policy_cut_in_half_is_hidden() -> None:
    finding = Finding(
        rule="MON-X-001",
        level=Level.ERROR,
        address="aws_x.y",
        found=f"a text and {ACCESS_KEY[:14]}…",
        wanted="w",
        fix="f",
        why="w",
    )
    text = printed(review(plan(), findings=[finding]))
    assert ACCESS_KEY[:8] not in text
    assert "a text and …" in text


def test_environment_variables_show_their_names_alone() -> None:
    sides = [
        {"function_name": "f", "environment": [{"variables": {"MODE": mode}}]} for mode in ("calm", "wild")
    ]
    found = reviewed(*sides, kind="aws_lambda_function")
    assert "environment.variables.MODE" in printed(found)
    assert "calm" not in printed(found)
    assert "wild" not in printed(found)


def setting(name: str, value: str, *, key: str = "name") -> list[dict[str, str]]:
    return [{key: name, "value": value}]


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda value: {"set": setting("replicas", value)},
        lambda value: {"setting": setting("MODE", value)},
        lambda value: {"environment": [{"environment_variable": setting("MODE", value)}]},
        lambda value: {"tag": setting("password", value, key="key")},
        lambda value: {"parameter": setting("auth.password", value)},
        lambda value: {"runtime_environment_variables": {"MODE": value}},
        lambda value: {"container_definitions": json.dumps([{"environment": setting("MODE", value)}])},
        lambda value: {"container_definitions": json.dumps([{"settings": setting("db_pass", value)}])},
        lambda value: {"definition": json.dumps({"Variables": {"MODE": value}}, separators=(",", ":"))},
        lambda value: {"definition": json.dumps({"body": json.dumps(setting("secret", value))})},
        lambda value: {"values": [json.dumps({"password": value})]},
    ],
)
def test_value_beside_its_name_is_hidden_and_its_change_is_told(
    wrapped: Callable[[str], dict[str, Any]],
) -> None:
    found = reviewed(wrapped("calm"), wrapped("wild"), kind="aws_other")
    assert [one.effect for one in found.verdicts] == [Effect.CHANGED]
    assert SENSITIVE in printed(found)
    assert "calm" not in printed(found)
    assert "wild" not in printed(found)


@pytest.mark.parametrize("block", ["metric_transformation", "dimension", "parameter"])
def test_value_of_what_is_no_secret_is_told(block: str) -> None:
    name = "mode" if block == "parameter" else "OutputTokens"
    found = reviewed({block: setting(name, "calm")}, {block: setting(name, "wild")}, kind="aws_other")
    assert "calm" in printed(found)


def test_json_without_secrets_is_told_as_it_is_written() -> None:
    text = '{ "name":"mode",  "value": "calm" }'
    assert Mask(())(text) == text


def test_secret_in_the_key_of_an_address_is_hidden() -> None:
    link = "https://hooks.zapier.com/hooks/catch/123/wild"
    change = entry({"a": 1}, {"a": 2}, kind="aws_other", name=f'x["{link}"]')
    assert "wild" not in printed(review(plan(change)))


def test_subscription_shows_the_host_of_an_endpoint_alone() -> None:
    sides = [
        {"topic_arn": "t", "protocol": "https", "endpoint": f"https://alerts.example/{part}?x=1"}
        for part in ("quiet", "plain")
    ]
    text = printed(reviewed(*sides, kind="aws_sns_topic_subscription"))
    assert f"https://alerts.example/{SENSITIVE}" in text
    assert "quiet" not in text
    assert "plain" not in text


def test_reason_of_an_acceptance_is_masked_too() -> None:
    reason = f"see {ACCESS_KEY}"
    accepted = Acceptance(
        address="aws_cloudwatch_metric_alarm.one", old="above 5,000 ms", new="above 8,000 ms", reason=reason
    )
    found = review(plan(entry(values(), values(threshold=8000))), accepted=[accepted])
    assert found.accepted
    assert ACCESS_KEY not in printed(found)


def test_policies_never_see_a_marked_value() -> None:
    marks = {"after_sensitive": {"alarm_description": True, "tags": {"Severity": True}}}
    change = entry(None, values(), **marks)
    planned = {"root_module": {"resources": [{**change, "values": values()}]}}
    stack = plan(change, planned_values=planned).stack
    (alarm,) = [one for one in stack.resources if one.type == "aws_cloudwatch_metric_alarm"]
    assert "Slow" not in repr(alarm.values)
    assert "critical" not in repr(alarm.values["tags"])
    assert alarm.values["threshold"] == 5000


def test_other_parts_of_the_review_are_masked_too() -> None:
    section = Section(
        key="cost",
        title="Cost",
        summary=ACCESS_KEY,
        text=f"line\n{ACCESS_KEY}",
        data={"of": [ACCESS_KEY, 1.5]},
        failures=(ACCESS_KEY,),
    )
    found = review(plan(), sections=[section], notes=[ACCESS_KEY])
    assert ACCESS_KEY not in printed(found)
    assert "line\n" in markdown(found)
    assert found.sections[0].data["of"][1] == 1.5


def test_number_of_secrets_does_not_matter() -> None:
    mask = Mask(f"secret-number-{number}" for number in range(50_000))
    assert mask("it is secret-number-4999, not secret-number-x") == f"it is {SENSITIVE}, not secret-number-x"


def test_known_secret_is_found_in_any_writing() -> None:
    mask = Mask(['two\nlines "quoted"', '{"url": "inner-secret"}', "short"])
    for text in ('two\\nlines \\"quoted\\"', "lines &", "inner-secret", "two lines"):
        assert mask(text) != text or text in ("two lines", "lines &")
    assert mask("a short one") == "a short one"
