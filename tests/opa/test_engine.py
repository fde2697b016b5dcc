"""The engine of these tests is OPA, and what it cannot evaluate fails the test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.opa.engine import Engine, EngineError

POLICY = """
package a

import rego.v1

never := 1 if false

found contains 1 if time.parse_rfc3339_ns(input.time) > 0

number := count(input.list)
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = Engine({"a.rego": POLICY}, "{}")
    yield made
    made.close()


@pytest.mark.parametrize("entry", ["a/never", "a/nothing", "nothing/found"])
def test_undefined_entry_point_is_an_error(entry: str, engine: Engine) -> None:
    with pytest.raises(EngineError, match="is undefined"):
        engine({}, entry)


def test_builtin_that_fails_is_an_error_even_if_its_rule_stays_defined(engine: Engine) -> None:
    assert engine({"time": "2028-02-29T00:00:00Z"}, "a/found") == [1]
    assert engine({}, "a/found") == []
    with pytest.raises(EngineError, match=r"eval_builtin_error: time\.parse_rfc3339_ns"):
        engine({"time": "soon"}, "a/found")


def test_engine_answers_after_an_error(engine: Engine) -> None:
    with pytest.raises(EngineError):
        engine({"list": 7}, "a/number")

    assert engine({"list": [7]}, "a/number") == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("package a\nimport rego.v1\nx := time.not_there(1)", r"undefined function time\.not_there"),
        ("package a\nimport rego.v1\nx if y", "var y is unsafe"),
        ("package a\nimport rego.v1\nx := {", "rego_parse_error"),
    ],
)
def test_policy_that_opa_does_not_compile_is_an_error(text: str, error: str) -> None:
    with pytest.raises(EngineError, match=error):
        Engine({"a.rego": text}, "{}")
