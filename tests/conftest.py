"""What all tests share: hypothesis profiles, and the shipped environments synthesized once."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from modules.constructs._bindings import choose_node

settings.register_profile(
    "default",
    deadline=None,
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("default")

choose_node()
# The tests say which region and address they mean.
for name in ("AWS_REGION", "SNS_EMAIL", "ENV", "CDKTF_OUTDIR"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def prod_stack() -> dict[str, Any]:
    """The Terraform of prod as committed, with an address. Tests copy before they change it."""
    from tests.builders import shipped, synthesized

    (stack,) = synthesized(shipped()).values()
    return stack
