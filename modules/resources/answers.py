"""Answers that may be unknown: True, False, or None where a plan does not know yet."""

from __future__ import annotations

from collections.abc import Iterable

Answer = bool | None


def every(answers: Iterable[Answer]) -> Answer:
    """True if all are true, False if one is false, else unknown."""
    result: Answer = True
    for answer in answers:
        if answer is False:
            return False
        result = None if answer is None else result
    return result


def some(answers: Iterable[Answer]) -> Answer:
    """True if one is true, False if all are false, else unknown."""
    return opposite(every(opposite(answer) for answer in answers))


def opposite(answer: Answer) -> Answer:
    """The opposite; unknown stays unknown."""
    return None if answer is None else not answer
