"""What others add to a review: the seam for costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the review that is worked out elsewhere.

    Attributes
    ----------
    key
        Its name in the JSON report.
    title
        Its heading.
    summary
        A few words for the line under the verdict.
    text
        Markdown, which is shown whole or not at all; whatever comes from a plan stands in code spans.
    data
        The same for the JSON report.
    failures
        Why it fails the review, one sentence each; none if it does not.
    """

    key: str
    title: str
    summary: str
    text: str
    data: Any
    failures: tuple[str, ...] = ()
