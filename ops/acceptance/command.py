"""`python -m ops acceptance`: the shipped system in a real account, checked and destroyed again.

Exit status 0: every step passed or was skipped; 1: a step failed, or what an earlier run left cannot be
destroyed; 2: the arguments or the account cannot be used, and nothing was created.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).parents[2]
EXIT_FAILED, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 130, 143


def acceptance(
    *,
    profile: Annotated[str, typer.Option(help="The profile of the AWS configuration to deploy with.")] = "",
    account: Annotated[str, typer.Option(help="The id of the account that the profile belongs to.")] = "",
    emulator: Annotated[bool, typer.Option("--emulator", help="Use the embedded AWS.")] = False,
    clean: Annotated[bool, typer.Option("--clean", help="Only destroy what an earlier run left.")] = False,
) -> None:
    """Deploy the shipped system to a sandbox account, check it there, destroy it, and write a report."""
    from ops.acceptance.cleanups import COMMAND, FOLDER
    from ops.acceptance.runs import CleanupError, accept, clear
    from ops.acceptance.sandboxes import check_arguments
    from ops.local.screens import Screen
    from ops.local.states import Home

    check_arguments(profile, account, emulator=emulator)
    home, screen = Home(ROOT, FOLDER, COMMAND), Screen()
    home.refuse_another()
    with _interruptible():
        try:
            clear(ROOT, home, screen, profile, account)
        except CleanupError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(EXIT_FAILED) from None
        if clean:
            screen.say("Nothing is left of an earlier run.")
        passed = clean or accept(ROOT, home, screen, profile, account)
    if not passed:
        raise typer.Exit(EXIT_FAILED)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C and requests to end pass through the cleanup, and then end the command."""

    def stop(number: int, _: object) -> None:
        print("\nStopping: Terraform finishes its calls, then everything is destroyed.", file=sys.stderr)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(EXIT_TERMINATED)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_INTERRUPTED) from None
