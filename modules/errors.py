"""What can go wrong, as a tree.

::

    MonitoringError
    ├── ConfigError      a mistake in config/ or the environment; carries one Problem each
    ├── PolicyError      the synthesized result breaks a rule; carries the findings
    ├── PatternError     a filter pattern that CloudWatch would not read
    ├── PlanError        a file that is no plan, for `ops review`
    ├── GitHubError      an answer of GitHub's that `ops pulls` cannot use
    ├── InspectionError  a synthesized folder with more in it than synth makes
    └── ToolError        something outside is missing or refuses: Terraform, a provider, Node

A user sees the text of these, never a traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class MonitoringError(Exception):
    """The root: everything that this project raises on purpose."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: where it stands, what was found and how to mend it.

    Attributes
    ----------
    file
        The file as the user names it, or the environment variable.
    path
        The dotted path inside of the file; empty for the file as a whole.
    text
        The value found and what is wanted, in one sentence.
    """

    file: str
    path: str
    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.path, self.text) if part)


class ConfigError(MonitoringError):
    """The configuration cannot be used; `problems` holds one entry per mistake."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class PolicyError(MonitoringError):
    """The synthesized result breaks rules of level error; the text lists every finding."""


class ToolError(MonitoringError):
    """A tool that the machine has to provide is missing or too old; the text says which."""
