"""The engine, started once, and what it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ops import opa
from ops.opa.workspaces import demands
from tests.builders import CONFIG
from tests.opa.engine import ENTRIES, Engine, policies
from tests.opa.judges import GOOD, GOOD_CONTEXT, OTHERS, WAIVERS, Judge


@pytest.fixture(scope="session")
def told() -> dict[str, Any]:
    """The data as committed, and workspaces of the small good stack."""
    data: dict[str, Any] = json.loads(opa.text(CONFIG, {}))
    contexts = {GOOD: GOOD_CONTEXT}
    contexts |= {
        name: replace(GOOD_CONTEXT, waivers=(waiver,)) for name, waiver in (WAIVERS | OTHERS).items()
    }
    data["told"]["workspaces"] |= {name: demands(context) for name, context in contexts.items()}
    return data


@pytest.fixture(scope="session")
def judge(told: dict[str, Any]) -> Iterator[Judge]:
    engine = Engine(policies(), json.dumps(told, ensure_ascii=False), ENTRIES)
    yield Judge(engine)
    engine.close()
