"""What a plan review holds changes against: the budget, and weakenings that are meant."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from modules.settings.sections import Section
from modules.settings.text import Text


def _decimal(value: Any) -> Any:
    """A figure as it is written: 0.1 and not its nearest float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Decimal(str(value))


Figure = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0, allow_inf_nan=False)]


class Cost(Section):
    """What the monitoring may cost a month, and how much is used; `ops/cost/volumes.py` knows of what."""

    budget_usd_per_month: Annotated[Figure, Field(gt=0)] | None = None
    volumes: dict[Text, Any] = Field(default={})


class AcceptedChange(Section):
    """A weakening that is meant: address, old and new as the review words them, and why.

    Where old and new do not say what changes, as with true and false, `aspect` says it. It is spent by
    that one change: with the new value applied it fits nothing any more.
    """

    address: Text
    old: Text
    new: Text
    aspect: Text | None = None
    reason: Text
