"""Fixtures that several tests of pull requests share."""

from __future__ import annotations

from typing import Any

import pytest

from modules.settings import Settings
from tests.builders import good_settings, synthesized
from tests.pulls.github_stand_in import hub
from tests.pulls.iam import EVERYTHING

__all__ = ["hub"]


@pytest.fixture(scope="session")
def settings() -> Settings:
    """A configuration that adds every type of resource."""
    return good_settings(EVERYTHING)


@pytest.fixture(scope="session")
def resources(settings: Settings) -> dict[str, Any]:
    """The resources of its stack."""
    (stack,) = synthesized(settings).values()
    found: dict[str, Any] = stack["resource"]
    return found
