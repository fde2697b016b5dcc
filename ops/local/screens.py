"""What a person sees while it goes on: what is done, how far, and in the end where the time went.

Bars and spinners move on a terminal alone; elsewhere there is a line for each step.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ops.local.applies import Tell

_STEPS = 4


class Screen:
    """Where all output goes; it remembers how long each stage took."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self.stages: list[tuple[str, float]] = []

    def say(self, text: str = "", style: str = "") -> None:
        """Print text as it is."""
        self.console.print(text, style=style or None, markup=False, soft_wrap=True)

    def title(self, text: str) -> None:
        """Print a heading."""
        self.say(f"\n{text}", "bold")

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A step without known length."""
        with self._timed(name), self.console.status(escape(name)):
            yield

    @contextmanager
    def scene(self, name: str) -> Iterator[None]:
        """A step that says itself what goes on."""
        began = time.monotonic()
        yield
        self.stages.append((name, time.monotonic() - began))

    @contextmanager
    def counted(self, name: str) -> Iterator[Tell]:
        """A step that tells how much is done, of how much."""
        with self._timed(name):
            if self.console.is_terminal:
                with self._bar(name) as tell:
                    yield tell
            else:
                yield self._lines(name)

    def times(self) -> None:
        """Where the time went."""
        table = Table("step", "seconds", title="Where the time went", title_justify="left")
        table.columns[1].justify = "right"
        for name, seconds in self.stages:
            table.add_row(escape(name), f"{seconds:.1f}")
        table.add_section()
        table.add_row("all", f"{sum(seconds for _, seconds in self.stages):.1f}")
        self.say()
        self.console.print(table)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        with self.scene(name):
            yield
        self.say(f"{name}: {self.stages[-1][1]:.1f} s")

    @contextmanager
    def _bar(self, name: str) -> Iterator[Tell]:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(escape(name), total=None)
            yield lambda done, planned: progress.update(task, completed=done, total=planned)

    def _lines(self, name: str) -> Tell:
        told = 0

        def tell(done: int, planned: int) -> None:
            nonlocal told
            step = done * _STEPS // planned if planned else 0
            if step > told and done < planned:
                self.say(f"{name}: {done} of {planned}")
            told = max(step, told)

        return tell
