"""`ops local up`: everything is started and deployed, and stays."""

from __future__ import annotations

import json
import os
import secrets
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from modules.errors import ToolError
from modules.spec.system import Monitoring
from ops.emulator import Emulator, require
from ops.local import databases
from ops.local.aws import Aws
from ops.local.deployments import Deployment, fill_secrets, plan, synthesize, webhook_secrets
from ops.local.postgres import Postgres
from ops.local.screens import Screen
from ops.local.states import Home, State
from ops.local.taps import Taps
from ops.processes import Recorded, marking
from ops.terraform import Terraform

AUTHORITIES = "authorities.pem"
STAND_INS, EMULATOR, DATABASE = "stand-ins", "emulator", "PostgreSQL"
_LONGEST_START_SECONDS = 30


def up(root: Path, environ: Mapping[str, str], screen: Screen) -> None:
    """Deploy the local target; on any failure nothing is left.

    Raises
    ------
    MonitoringError
        Something is missing, or went wrong.
    """
    home = Home(root)
    home.refuse_another()
    remove(home, screen, "Clearing up what an earlier run left")
    require()
    terraform = Terraform.found(root)
    _, monitoring = plan(root, environ)
    with _whole(home) as state:
        _Rise(root, home, state, monitoring, screen).run(terraform)


def remove(home: Home, screen: Screen, name: str) -> None:
    """End what runs, remove the folder, and say so; nothing to do is nothing to say."""
    if home.exists:
        with screen.stage(name):
            ended = home.clear()
        screen.say(f"  ended: {', '.join(ended) or 'no process was left'}; removed: {home.path.name}/")


@contextmanager
def _whole(home: Home) -> Iterator[State]:
    """A run that is there as a whole in the end, or not at all."""
    state = home.take()
    try:
        yield state
        state.ready, state.owner = True, None
        home.write(state)
    except BaseException:
        home.clear()
        raise


class _Rise:
    """The steps of `up`."""

    def __init__(self, root: Path, home: Home, state: State, monitoring: Monitoring, screen: Screen) -> None:
        self._root, self._home, self._state, self._screen = root, home, state, screen
        self._monitoring = monitoring

    def run(self, terraform: Terraform) -> None:
        """All of them."""
        screen = self._screen
        told = self._home.environ(self._state)
        with screen.stage("Generating the Terraform of ENV=local"):
            stacks = synthesize(self._root, self._home.path / "cdktf.out", os.environ | told)
        with screen.stage("Starting the stand-ins for Slack and PagerDuty"), marking(self._state.mark):
            addresses = self._stand_ins()
        password = secrets.token_urlsafe(16)
        with screen.stage("Starting PostgreSQL, with the rows of a quiet day"), marking(self._state.mark):
            self._database(password)
        with screen.stage("Starting the embedded AWS"), marking(self._state.mark):
            emulator = self._emulator()
        aws, stack = Aws(emulator.url), stacks / self._monitoring.stack
        deployment = Deployment(terraform, stack, aws, emulator.environ | told)
        with screen.stage("terraform init"):
            deployment.init()
        with screen.counted("terraform apply") as tell:
            deployment.apply(addresses["pagerduty"], tell)
        with screen.stage("Values into their secrets, a tap beside each mailbox"):
            fill_secrets(aws, self._monitoring, addresses["slack"])
            databases.fill_secret(aws, self._monitoring, self._state.database_port, password)
            Taps(aws, self._monitoring).place()
        self._state.stack, self._state.prefix = self._monitoring.stack, self._monitoring.prefix
        _list(screen, deployment)
        _explain(screen, emulator)

    def _stand_ins(self) -> dict[str, Any]:
        channels = sorted(webhook_secrets(self._monitoring))
        process, addresses = start_stand_ins(self._root, self._home.path, channels)
        self._state.control_url = addresses["control"]
        self._record(STAND_INS, process)
        return addresses

    def _database(self, password: str) -> None:
        """PostgreSQL with TLS; the emulator's functions trust its certificate as they trust the system's."""
        server = Postgres()
        # Recorded before there is anything in it, so that no crash leaves it behind.
        self._state.folders.append(str(server.reserve()))
        self._home.write(self._state)
        server.make()
        server.start(detached=True)
        self._state.database_port = server.port
        self._record(DATABASE, server.process or 0)
        with (self._home.path / AUTHORITIES).open("ab") as file:
            file.write(server.ca_file.read_bytes())
        databases.furnish(server, password)

    def _emulator(self) -> Emulator:
        authorities = self._home.path / AUTHORITIES
        emulator = Emulator(self._home.path / "emulator", authorities=authorities, guarded=True)
        process = emulator.start()
        self._state.emulator_url = emulator.url
        self._record(EMULATOR, process)
        return emulator

    def _record(self, name: str, process: int) -> None:
        self._state.processes.append(Recorded.of(name, process))
        self._home.write(self._state)


def start_stand_ins(root: Path, folder: Path, channels: Sequence[str]) -> tuple[int, dict[str, Any]]:
    """Start the stand-ins in a process of their own; its number, and their addresses.

    Raises
    ------
    ToolError
        They do not start.
    """
    command = [sys.executable, "-m", "ops.local.stand_ins", str(folder / AUTHORITIES), *channels]
    with (folder / "stand-ins.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    with process.stdout or open(os.devnull, "rb") as said:
        ready, _, _ = select.select([said], [], [], _LONGEST_START_SECONDS)
        line = said.readline() if ready else b""
    if not line:
        raise ToolError(f"the stand-ins do not start:\n{(folder / 'stand-ins.log').read_text('utf-8')}")
    return process.pid, json.loads(line)


def _list(screen: Screen, deployment: Deployment) -> None:
    kinds = deployment.kinds()
    screen.title(f"Deployed: {sum(kinds.values())} resources")
    for kind, count in sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0])):
        screen.say(f"  {count:4}  {kind}")


def _explain(screen: Screen, emulator: Emulator) -> None:
    names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
    pairs = " ".join(f"{name}={emulator.environ[name]}" for name in names)
    screen.title("Look around with the AWS CLI")
    screen.say(f"  export {pairs}")
    screen.say(
        "  aws cloudwatch describe-alarms --query 'MetricAlarms[].[AlarmName,StateValue]' --output text"
    )
    screen.say("  aws sqs list-queues")
    screen.title("Next")
    screen.say("  .venv/bin/python -m ops local incident   breaks things, and shows who hears of it")
    screen.say("  .venv/bin/python -m ops local down       takes everything away")
