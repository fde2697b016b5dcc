"""The steps of a run: each passes, fails or is skipped, and the run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]  # ships no types

from modules.errors import MonitoringError
from modules.semantics.secrets import masked

# What makes a step fail; all else is a defect of ours, or an interrupt, and ends the run.
FAILURES = (MonitoringError, BotoCoreError, ClientError)
# What an emulator answers to an operation that it does not have.
_UNKNOWN = ("Unknown action", "not implemented", "NotImplemented")


class Result(StrEnum):
    """The result of a step."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Step:
    """One step that ended; `detail` has its counts, or the reason for failing or skipping."""

    name: str
    result: Result
    seconds: float
    detail: str


class Steps:
    """Runs steps, prints them and remembers them.

    Parameters
    ----------
    say
        Prints a line.
    emulated
        Whether an operation that AWS lacks means that the emulator lacks it.
    """

    def __init__(self, say: Callable[[str], None], *, emulated: bool = False) -> None:
        self.done: list[Step] = []
        self._say, self._emulated = say, emulated

    @property
    def passed(self) -> bool:
        """Return whether steps passed, and none failed."""
        results = {step.result for step in self.done}
        return Result.PASSED in results and Result.FAILED not in results

    def step(self, name: str, action: Callable[[], str]) -> bool:
        """Run one step, whose action returns the detail; return whether the next ones can go on.

        An interrupt is recorded as a failure and goes on to the caller.
        """
        began = time.monotonic()
        self._say(f"{name} ...")
        try:
            result, detail = Result.PASSED, action()
        except FAILURES as error:
            result, detail = self._failed(error)
        except BaseException as error:
            self._end(name, Result.FAILED, began, _stopped(error))
            raise
        self._end(name, result, began, detail)
        return result is not Result.FAILED

    def skip(self, name: str, reason: str) -> None:
        """Record a step that is not run."""
        self._end(name, Result.SKIPPED, time.monotonic(), reason)

    def _failed(self, error: Exception) -> tuple[Result, str]:
        text = str(error)
        if self._emulated and any(sign in text for sign in _UNKNOWN):
            operation = getattr(error, "operation_name", "it")
            return Result.SKIPPED, f"the embedded AWS does not implement {operation}"
        return Result.FAILED, text

    def _end(self, name: str, result: Result, began: float, detail: str) -> None:
        step = Step(name, result, round(time.monotonic() - began, 1), masked(detail))
        self.done.append(step)
        self._say(f"{name}: {result} ({step.seconds:.1f} s): {step.detail}")


def _stopped(error: BaseException) -> str:
    code = error.code if isinstance(error, SystemExit) else None
    if isinstance(code, str):
        return code
    return "terminated" if code else "interrupted" if isinstance(error, KeyboardInterrupt) else repr(error)
