"""Fixtures that several tests of pull requests share."""

from __future__ import annotations

from tests.pulls.github_stand_in import hub

__all__ = ["hub"]
