"""Plans that can be used, and all that is none: one clear line each."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.review import Effect, Plan, PlanError, read, review
from ops.review.plans import parse
from ops.terraform import Terraform
from tests.bench.review_plans import CHANGED_ONE_IN
from tests.bench.review_plans import plan as made
from tests.review.builders import entry, plan, values
from tests.review.conftest import Plans

GOOD = {"format_version": "1.2", "resource_changes": []}


def text(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def refusal(data: bytes) -> str:
    with pytest.raises(PlanError) as caught:
        parse(data, "plan.json")
    found = str(caught.value)
    assert "\n" not in found
    assert found.startswith("plan.json: ")
    return found


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\0\0\0\0", "is empty"),
        (b"PK\x03\x04binary", "is a binary plan; write it with `terraform show -json plan.json"),
        (text()[:-5], "is cut off in line 1"),
        (b'{"a": "b', "is cut off in line 1"),
        (b'{"a":\n', "is cut off in line 2"),
        (b"Terraform will perform the following actions:", "is not JSON, from line 1, column 1 on"),
        (b'{"a": 1,}', "is not JSON, from line 1, column 9 on"),
        (b'{"a": NaN}', "holds a number that is none"),
        (b'{"a": ' + b"9" * 5000 + b"}", "holds a number that is none"),
        (b"\xff\xfe\xfa", "is not text"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"[]", "holds a JSON list, not a plan"),
        (b'"plan"', "holds a JSON text, not a plan"),
        (b"null", "holds a JSON null, not a plan"),
        (b"{}", "is not a plan: it has no format_version"),
        (b'{"format_version": 1}', "is not a plan: it has no format_version"),
        (b'{"format_version": "1.2"}', "is not a plan: it has neither resource_changes nor planned_values"),
        (text(format_version="2.0"), "has format version 2.0; wanted 1.x"),
        (text(format_version="0.2"), "has format version 0.2; wanted 1.x"),
        (b'{"format_version": "1.0", "values": {}}', "is a state, not a plan"),
        (b'{"version": 4, "lineage": "x", "serial": 1}', "is a state, not a plan"),
        (b'{"@level":"info"}\n{"@level":"info"}', "is the log of `terraform plan -json`"),
        (b'{"@level":"info"}', "is the log of `terraform plan -json`"),
        (b'{"format_version": "1.0", "provider_schemas": {}}', "holds the schemas of providers"),
        (b'{"resource": {}, "terraform": {}}', "is a configuration, not a plan"),
        (text(errored=True), "holds the remains of a plan that failed"),
        (text(resource_changes={}), "resource_changes is a mapping, not a list"),
        (text(planned_values=[]), "planned_values is a list, not a mapping"),
        (text(resource_changes=[1]), "resource_changes[0] is not a mapping"),
        (text(resource_changes=[{}]), "resource_changes[0] has no address"),
        (text(resource_changes=[{"address": "a.b"}]), "resource_changes[0] has no type"),
        (text(resource_changes=[{"address": "a.b", "type": "a"}]), "resource_changes[0] has no change"),
        (
            text(resource_changes=[entry({}, {}, actions=["explode"])]),
            "resource_changes[0] has actions that are not known here",
        ),
        (text(resource_changes=[entry({}, {}, actions=[[]])]), "has actions that are not known here"),
        (text(resource_changes=[entry({}, None, actions=["update"])]), "has no values after the change"),
        (text(resource_changes=[entry(None, {}, actions=["delete"])]), "has no values before the change"),
    ],
)
def test_what_is_no_plan_is_refused_in_one_line(data: bytes, says: str) -> None:
    assert says in refusal(data)


def test_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="there is no such file; write it with `terraform show -json"):
        read(tmp_path / "none.json")
    with pytest.raises(PlanError, match="is a folder"):
        read(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_plan_in_any_writing_of_unicode_is_read(encoding: str) -> None:
    # PowerShell writes what a program prints as UTF-16.
    assert parse(text().decode().encode(encoding), "plan.json").resource_changes == ()


def test_real_plan_is_refused_wherever_it_is_cut_off(plans: Plans) -> None:
    whole = json.dumps(plans.story.raw).encode()
    for share in range(1, 20):
        assert "is cut off" in refusal(whole[: len(whole) * share // 20])


def test_real_state_and_real_binary_plan_are_refused(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "main.tf.json").write_text('{"resource": {"terraform_data": {"one": {"input": "x"}}}}')
    terraform.init(tmp_path)
    terraform.run(tmp_path, "plan", "-out=made.plan", "-no-color")
    with pytest.raises(PlanError, match="is a binary plan"):
        read(tmp_path / "made.plan")
    good = parse(terraform.run(tmp_path, "show", "-json", "made.plan").encode(), "plan.json")
    assert [one.address for one in review(good).verdicts] == ["terraform_data.one"]
    terraform.run(tmp_path, "apply", "-no-color", "made.plan")
    with pytest.raises(PlanError, match="is a state, not a plan"):
        read(tmp_path / "terraform.tfstate")
    assert "is a state, not a plan" in refusal(terraform.run(tmp_path, "show", "-json").encode())
    assert "is not JSON" in refusal(terraform.run(tmp_path, "show", "-no-color").encode())


@given(data=st.binary(max_size=60))
def test_no_bytes_make_it_fall_over(data: bytes) -> None:
    with pytest.raises(PlanError) as caught:
        parse(data, "plan.json")
    assert "\n" not in str(caught.value)


def test_error_tells_no_secret_that_stands_in_the_file_s_name() -> None:
    with pytest.raises(PlanError) as caught:
        parse(b"", "plans/AKIAABCDEFGHIJKLMNOP.json")
    assert "AKIA" not in str(caught.value)


def test_huge_plan_is_reviewed() -> None:
    count = 2000
    found = review(Plan("plan.json", made(count)))
    assert found.counts[Effect.WEAKENED] == count // CHANGED_ONE_IN


def test_plan_of_nothing_is_fine() -> None:
    found = review(parse(text(), "plan.json"))
    assert not found.failed
    assert found.verdicts == ()


def test_base_that_was_made_against_a_state_is_refused() -> None:
    changed = plan(entry(values(), values(threshold=8)))
    with pytest.raises(PlanError, match="was made against a state with something in it"):
        review(changed, base=changed)


def test_changes_that_terraform_puts_off_are_said_to_be_unknown() -> None:
    found = review(plan(deferred_changes=[{"reason": "provider_config_unknown"}]))
    (note,) = found.notes
    assert re.search(r"puts off 1 changes? to a later plan; what they do is unknown", note)
