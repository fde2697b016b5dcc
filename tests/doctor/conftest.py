"""The stack of the target that the tests deploy."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import synthesized
from tests.doctor.accounts import SETTINGS


@pytest.fixture(scope="session")
def doctor_stack() -> dict[str, Any]:
    """Its resources by type and name."""
    (stack,) = synthesized(SETTINGS).values()
    resources: dict[str, Any] = stack["resource"]
    return resources
