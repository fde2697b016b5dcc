"""Volumes out of the configuration."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from modules.errors import ConfigError
from ops.cost.configs import volumes_of
from ops.cost.estimate import estimate
from ops.cost.volumes import VOLUMES, Volumes
from tests.cost.resources import group, stack


def read(given: Any) -> Volumes:
    return volumes_of(given, lambda volume: "config/prod.yaml")


def test_nothing_given_is_the_defaults() -> None:
    assert read({}) == Volumes()


def test_number_is_the_figure_of_all() -> None:
    assert read({"query_gb": 5, "log_gb": 2}).figure("log_gb", "/aws/agent/backend") == 2
    assert read({"query_gb": 5}).figure("query_gb") == 5


def test_longest_name_that_fits_counts() -> None:
    volumes = read({"log_gb": {"*": 1, "*/backend": 40, "/aws/agent*/backend": 50, "*/lambda/*": 3}})

    assert volumes.figure("log_gb", "/aws/agent-dev/backend") == 50
    assert volumes.figure("log_gb", "/aws/other/backend") == 40
    assert volumes.figure("log_gb", "/aws/agent/lambda/notes") == 3
    assert volumes.figure("log_gb", "/aws/agent/api") == 1


def test_names_leave_the_default_for_the_others() -> None:
    volumes = read({"log_gb": {"*/backend": 40}})

    assert volumes.figure("log_gb", "/aws/agent/api") == VOLUMES["log_gb"].default


def test_float_is_taken_as_it_is_written() -> None:
    found = estimate([stack(group())], read({"log_gb": 0.1, "storage_ratio": 0}))

    assert found.total == Decimal("0.05")


@pytest.mark.parametrize(
    ("given", "path", "text"),
    [
        ({"log_gigabytes": 3}, "cost.volumes.log_gigabytes", "unknown key; known: archive_objects, "),
        ({"log_gb": -1}, "cost.volumes.log_gb", "-1 is not a number from 0 to 1,000,000,000"),
        ({"log_gb": "many"}, "cost.volumes.log_gb", "'many' is not a number"),
        ({"log_gb": True}, "cost.volumes.log_gb", "True is not a number"),
        ({"log_gb": float("nan")}, "cost.volumes.log_gb", "nan is not a number"),
        ({"log_gb": float("inf")}, "cost.volumes.log_gb", "inf is not a number"),
        ({"log_gb": 10**9 + 1}, "cost.volumes.log_gb", "1000000001 is not a number"),
        ({"storage_ratio": 2}, "cost.volumes.storage_ratio", "2 is not a number from 0 to 1"),
        ({"log_gb": None}, "cost.volumes.log_gb", "None is not a number"),
        ({"log_gb": [1]}, "cost.volumes.log_gb", "[1] is not a number"),
        ({"log_gb": {"*/backend": "x"}}, "cost.volumes.log_gb", "*/backend: 'x' is not a number"),
        ({"log_gb": {"a b": 1}}, "cost.volumes.log_gb", "'a b' is no name of a log group; use letters"),
        ({"log_gb": {1: 1}}, "cost.volumes.log_gb", "1 is no name of a log group"),
        ({"query_gb": {"*": 1}}, "cost.volumes.query_gb", "has no names of its own; give it one number"),
    ],
)
def test_mistake_says_where_and_what(given: Any, path: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(given)

    (problem,) = caught.value.problems
    assert (problem.file, problem.path) == ("config/prod.yaml", path)
    assert problem.text.startswith(text)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read({"log_gb": {"*": -1, "b c": 2}, "nothing": 1, "query_gb": "x"})

    assert len(caught.value.problems) == 4


def test_every_volume_is_said_with_figure_and_reason() -> None:
    for name, volume in VOLUMES.items():
        said = Volumes().said(name)
        assert volume.what in said
        assert said.endswith(f"({volume.because})")
        assert volume.default is None or said.startswith(f"{volume.default.normalize():,f} ")
