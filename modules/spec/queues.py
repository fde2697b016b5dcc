"""Queues, each with its dead letters or the dead letters of something else."""

from __future__ import annotations

from dataclasses import dataclass

from modules.spec.alarms import Route

# What SQS keeps a message for at most. A dead letter keeps the age that it had in its first queue.
LONGEST_RETENTION_SECONDS = 14 * 86_400


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A queue.

    Attributes
    ----------
    fed_by
        The route whose topic may send to it.
    visibility_seconds
        How long a message that somebody took stays hidden from others.
    dead_letters
        The key of the queue for what was taken `most_receives` times in vain.
    serves
        The key of the queue whose dead letters it holds.
    """

    key: str
    name: str
    fed_by: Route | None = None
    retention_seconds: int = LONGEST_RETENTION_SECONDS
    visibility_seconds: int = 30
    dead_letters: str | None = None
    most_receives: int = 0
    serves: str | None = None
