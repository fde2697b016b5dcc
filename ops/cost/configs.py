"""The section `cost` of the configuration, as an estimate wants it.

::

    cost:
      budget_usd_per_month: 50        # the plan review fails above it; none by default
      volumes:                        # what differs from the defaults in ops/cost/volumes.py
        query_gb: 5
        log_gb: {"*": 2, "*/backend": 40}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from modules.errors import ConfigError, Problem
from ops.cost.volumes import ALL, VOLUMES, Volumes

PATH = "cost.volumes"
_NAME = re.compile(r"[\w./*?#-]{1,512}", re.ASCII)


def volumes_of(given: Mapping[str, Any], file_of: Callable[[str], str]) -> Volumes:
    """The volumes that a configuration gives.

    Parameters
    ----------
    given
        What stands under `cost.volumes`: a figure for each volume, or a mapping of names to figures.
    file_of
        The file that sets a volume, for messages.

    Raises
    ------
    ConfigError
        With one problem per mistake.
    """
    problems: list[Problem] = []
    figures: dict[str, Mapping[Any, Any]] = {}
    for volume, value in given.items():
        path = f"{PATH}.{volume}"
        problems += [Problem(file_of(volume), path, text) for text in _mistakes(volume, value)]
        figures[volume] = _named(value)
    if problems:
        raise ConfigError(problems)
    return Volumes(
        {
            volume: {name: Decimal(str(one)) for name, one in named.items()}
            for volume, named in figures.items()
        }
    )


def _mistakes(volume: str, value: Any) -> Iterator[str]:
    if volume not in VOLUMES:
        yield f"unknown key; known: {', '.join(sorted(VOLUMES))}"
        return
    if isinstance(value, Mapping) and not VOLUMES[volume].of:
        yield "has no names of its own; give it one number"
        return
    most = VOLUMES[volume].most
    for name, one in _named(value).items():
        at = f"{name}: " if isinstance(value, Mapping) else ""
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            yield f"{name!r} is no name of a {VOLUMES[volume].of}; use letters, digits and . _ / # - * ?"
        if not _is_figure(one, most):
            yield f"{at}{one!r} is not a number from 0 to {most:,}"


def _named(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {ALL: value}


def _is_figure(value: Any, most: Decimal) -> bool:
    if not isinstance(value, int | float | Decimal):
        return False
    try:
        return 0 <= Decimal(str(value)) <= most
    except InvalidOperation:
        return False
