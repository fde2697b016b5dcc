"""Synthesized folders to be inspected, good ones and bad ones."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from modules.settings import Settings
from modules.synthesis import terraform
from tests.builders import good_settings, monitorings

Tree = dict[str, Any]

ACCOUNT = "111122223333"
NAME = "scheduling-agent-us-east-1"
DEPLOYED: Tree = {
    "targets": [{"region": "us-east-1", "account": ACCOUNT, "partition": "aws"}],
    "terraform": {
        "backend": {"type": "s3", "bucket": "our-state", "region": "us-east-1", "use_lockfile": True}
    },
    "routes": {"critical": {"pagerduty": True, "emails": ["ops@team.example"]}},
}
SHIPPED: Tree = {"routes": {"critical": {"pagerduty": True}}}


def synthesized(settings: Settings, out: Path) -> Path:
    """What `make synth` writes for an environment."""
    for found in monitorings(settings):
        terraform({found.stack: (settings, found)}, out)
    return out


@cache
def _made() -> tuple[tuple[str, bytes], ...]:
    """The files of prod, synthesized once."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        out = synthesized(good_settings(SHIPPED), Path(name))
        return tuple(
            (str(path.relative_to(out)), path.read_bytes())
            for path in sorted(out.rglob("*"))
            if path.is_file()
        )


def good_files() -> dict[str, bytes]:
    """The files of a good folder, by path."""
    return dict(_made())


def good_tree() -> Tree:
    """The stack in it."""
    tree: Tree = json.loads(good_files()[f"stacks/{NAME}/cdk.tf.json"])
    return copy.deepcopy(tree)


def written(folder: Path, files: dict[str, bytes]) -> Path:
    """A folder with these files."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def with_tree(folder: Path, tree: Any) -> Path:
    """A good folder whose stack is another one."""
    text = tree if isinstance(tree, str) else json.dumps(tree)
    return written(folder, good_files() | {f"stacks/{NAME}/cdk.tf.json": text.encode()})
