"""`ops local down`: Terraform destroys, processes end, the folder goes."""

from __future__ import annotations

from pathlib import Path

from ops.emulator import Emulator
from ops.local import taps
from ops.local.aws import Aws
from ops.local.deployments import Deployment
from ops.local.screens import Screen
from ops.local.states import Home, State
from ops.local.up import EMULATOR, remove
from ops.terraform import Terraform


def down(root: Path, screen: Screen) -> None:
    """Take everything away; what is gone already is no error.

    Raises
    ------
    ToolError
        Another command is at work, or Terraform could not destroy; no process or file is left even then.
    """
    home = Home(root)
    home.refuse_another()
    state = home.read()
    try:
        if state is not None and state.ready:
            with home.working(state):
                _destroy(root, home, state, screen)
    finally:
        if not home.exists:
            screen.say("Nothing is deployed here.")
        remove(home, screen, "Ending the processes, removing the folder")


def _destroy(root: Path, home: Home, state: State, screen: Screen) -> None:
    if not state.runs(EMULATOR):
        screen.say("The embedded AWS has ended, and all that it held went with it: nothing to destroy.")
        return
    emulator = Emulator(home.path / "emulator", port=int(state.emulator_url.rpartition(":")[2]))
    aws = Aws(emulator.url)
    stack = home.path / "cdktf.out" / "stacks" / state.stack
    deployment = Deployment(Terraform.found(root), stack, aws, emulator.environ | home.environ(state))
    with screen.counted("terraform destroy") as tell:
        taps.remove(aws, state.prefix)
        deployment.destroy(tell)
