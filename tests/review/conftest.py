"""Plans that Terraform made of the real stack, with one change for every line of a review."""

from __future__ import annotations

import copy
import fcntl
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modules.errors import ToolError
from ops.review import Plan, Review, review
from ops.terraform import Terraform
from tests.builders import ROOT, good_settings, synthesized
from tests.review import extras
from tests.review.cases import CASES
from tests.review.labs import ACCOUNT, REGION, Lab, Tree, offline, only, state_of
from tests.tools import without

SETTINGS: dict[str, Any] = {
    "retention": {"minimum_days": 30},
    "targets": [{"account": ACCOUNT, "partition": "aws", "region": REGION}],
    "routes": {"critical": {"emails": ["first@team.example", "second@team.example"]}},
}
# What a pull request does: it raises a threshold, drops a subscriber and adds a function.
STORY: dict[str, Any] = {
    **SETTINGS,
    "routes": {"critical": {"emails": ["first@team.example"]}},
    "alarms": {"high-latency": {"threshold": 8000}},
    "lambda": {"functions": {"reminder-actions": {"timeout_seconds": 60, "log_group": "dedicated"}}},
}


@dataclass(frozen=True)
class Plans:
    """All plans, by what they do."""

    base: Plan
    head: Plan
    forward: Plan
    backward: Plan
    story: Plan


def with_cases(stack: Tree, side: str) -> Tree:
    """The stack with the resources of all cases, as they are before or after."""
    made = copy.deepcopy(stack)
    for case in CASES:
        body = getattr(case, side)
        if body is not None:
            made["resource"].setdefault(case.kind, {})[case.key] = body
    return made


@pytest.fixture(scope="session")
def terraform() -> Terraform:
    try:
        return Terraform.found(ROOT)
    except ToolError as error:
        without(str(error))


@pytest.fixture(scope="session")
def plans(terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Plans:
    """Made once, also where several processes share the tests."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    kept = folder / "plans.json"
    with (folder / "plans.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(made(terraform, tmp_path_factory.mktemp("lab") / "stack")))
    return Plans(**{name: Plan(f"{name}.json", raw) for name, raw in json.loads(kept.read_text()).items()})


def made(terraform: Terraform, folder: Path) -> dict[str, Tree]:
    """All plans, two at a time: Terraform waits for its provider most of the time."""
    (stack,) = synthesized(good_settings(SETTINGS)).values()
    (changed,) = synthesized(good_settings(STORY)).values()
    plain, story = offline(stack), offline(changed)
    base = extras.before(with_cases(plain, "before"))
    head = extras.after(with_cases(plain, "after"))
    lab = Lab(folder, terraform)
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        lab.prepare(base, extras.CHILD)
        first, second = pool.map(lab.plan, (base, head))
        state = state_of(base, first, **extras.INSTANCES)
        damaged = state_of(base, first, **extras.INSTANCES, tainted={"status": "tainted"})
        jobs = [
            (extras.moved(head), damaged),
            (base, state_of(head, second, **extras.INSTANCES)),
            (story, only(plain, state)),
        ]
        plans = (first, second, *pool.map(lambda job: lab.plan(*job), jobs))
    return dict(zip(("base", "head", "forward", "backward", "story"), plans, strict=True))


@pytest.fixture(scope="session")
def forward(plans: Plans) -> Review:
    return review(plans.forward)


@pytest.fixture(scope="session")
def backward(plans: Plans) -> Review:
    return review(plans.backward)


@pytest.fixture(scope="session")
def compared(plans: Plans) -> Review:
    return review(plans.head, base=plans.base)


@pytest.fixture(scope="session")
def story(plans: Plans) -> Review:
    return review(plans.story)
