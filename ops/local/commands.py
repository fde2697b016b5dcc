"""`python -m ops local`: the whole monitoring on this machine, and an incident to watch.

What the commands need is imported when they run, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from modules.errors import ToolError

ROOT = Path(__file__).parent.parent.parent
EXIT_UNDELIVERED, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 130, 143

app = typer.Typer(pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def everything(context: typer.Context) -> None:
    """Deploy into an embedded AWS, play an incident, take all away; or one of these alone."""
    if context.invoked_subcommand is not None:
        return
    from ops.local.down import down as take_away
    from ops.local.incident import incident as play
    from ops.local.screens import Screen
    from ops.local.up import up as deploy

    screen = Screen()
    with _told():
        deploy(ROOT, os.environ, screen)
        try:
            delivered = play(ROOT, os.environ, screen)
        finally:
            take_away(ROOT, screen)
            screen.times()
    _end(delivered=delivered)


@app.command()
def up() -> None:
    """Start an embedded AWS and stand-ins for Slack and PagerDuty, and deploy; all of it stays."""
    from ops.local.screens import Screen
    from ops.local.up import up as deploy

    with _told():
        deploy(ROOT, os.environ, Screen())


@app.command()
def incident() -> None:
    """Break things there, and show who hears of it; exit status 1 if a notification is missing."""
    from ops.local.incident import incident as play
    from ops.local.screens import Screen

    with _told():
        delivered = play(ROOT, os.environ, Screen())
    _end(delivered=delivered)


@app.command()
def down() -> None:
    """Destroy it, end all processes, and leave no file."""
    from ops.local.down import down as take_away
    from ops.local.screens import Screen

    with _told():
        take_away(ROOT, Screen())


@contextmanager
def _told() -> Iterator[None]:
    """Ctrl-C and a request to end pass through whatever has to clear up; then they end the command.

    Raises
    ------
    ToolError
        The embedded AWS refused something.
    """
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # it is a text file
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(EXIT_TERMINATED))
    try:
        yield
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "botocore":
            raise
        raise ToolError(f"the embedded AWS: {error}; run `python -m ops local down`, then `up`") from None


def _end(*, delivered: bool) -> None:
    if not delivered:
        raise typer.Exit(EXIT_UNDELIVERED)
