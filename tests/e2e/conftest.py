"""One deployment of the local target for all tests that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.deployed import Deployed, deployment


@pytest.fixture(scope="session")
def _deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployment(tmp_path_factory.mktemp("deployed")) as running:
        yield running


@pytest.fixture
def deployed(_deployed: Deployed) -> Deployed:
    """The deployment, with nothing going on."""
    _deployed.reset()
    return _deployed
