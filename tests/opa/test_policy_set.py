"""The folder is a policy set as HCP Terraform takes it, and every test beside the policies passes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from ops import opa
from policies import RULES
from tests.builders import CONFIG
from tests.opa.engine import FOLDER, Engine, modules
from tests.opa.judges import RULES as BY_POLICY

BLOCK = re.compile(r'^policy "([\w-]+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
ATTRIBUTE = re.compile(r'^  (\w+) += "(.*)"$', re.MULTILINE)
NEGATED = re.compile(r"^[^#\n]*\bnot\b[^\n]*\binput\b.*$", re.MULTILINE)
POLICIES = {
    name: dict(ATTRIBUTE.findall(body))
    for name, body in BLOCK.findall((FOLDER / "policies.hcl").read_text("utf-8"))
}
MODULES = modules()


def package(text: str) -> str:
    found = re.search(r"^package (\S+)$", text, re.MULTILINE)
    assert found
    return found[1]


TESTS = [
    f"{package(text).replace('.', '/')}/{name}"
    for text in MODULES.values()
    for name in re.findall(r"^(test_\w+) if\b", text, re.MULTILINE)
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = Engine(MODULES, opa.text(CONFIG, {}))
    yield made
    made.close()


def test_every_policy_has_what_hcp_terraform_asks_for() -> None:
    assert set(POLICIES) == set(BY_POLICY)
    for name, policy in POLICIES.items():
        assert set(policy) == {"description", "query", "enforcement_level"}
        assert policy["query"] == f"data.monitoring.{name}.deny"
        assert policy["enforcement_level"] == "mandatory"


def test_description_of_a_policy_is_that_of_its_file() -> None:
    for name, policy in POLICIES.items():
        assert MODULES[f"{name}.rego"].startswith(f"# {policy['description']}.\n")


@pytest.mark.parametrize("name", POLICIES)
def test_policy_names_the_rules_that_it_enforces(name: str, engine: Engine) -> None:
    assert sorted(engine({}, f"monitoring/{name}/rules")) == sorted(BY_POLICY[name])


def test_every_rule_is_one_of_ours_and_is_found_in_a_policy() -> None:
    found = set(re.findall(r'"(MON-[A-Z]+-\d+)"', "".join(MODULES.values())))

    assert found == {rule for rules in BY_POLICY.values() for rule in rules} | {"MON-WAV-001"}
    assert found <= set(RULES)


@pytest.mark.parametrize("name", MODULES)
def test_file_is_of_rego_1_and_of_a_package_of_its_name(name: str) -> None:
    assert "\nimport rego.v1\n" in MODULES[name]
    assert package(MODULES[name]) == f"monitoring.{name.removesuffix('.rego')}"


@pytest.mark.parametrize("name", MODULES)
def test_nothing_negates_what_the_input_may_lack(name: str) -> None:
    """OPA looks up arguments before it negates: `not is_object(input.x)` is undefined without x, not true."""
    assert NEGATED.findall(MODULES[name]) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("\tnot is_object(input.plan.planned_values)", 1),
        ("found if not input.plan in [1]", 1),
        ("\tis_object(input.plan)", 0),
        ("# not of input", 0),
        ("\tnot inputs(x)", 0),
    ],
)
def test_negated_input_is_recognized(line: str, found: int) -> None:
    assert len(NEGATED.findall(line)) == found


def test_data_is_the_only_json() -> None:
    """Of other names HCP Terraform loads none."""
    assert [path.name for path in FOLDER.glob("*.json")] == ["data.json"]
    assert set(json.loads((FOLDER / "data.json").read_text("utf-8"))) == {"told"}


@pytest.mark.parametrize("test", TESTS)
def test_beside_the_policies_passes(test: str, engine: Engine) -> None:
    assert engine({}, test) is True
