"""An account that adoption reads, with the actions of `policy.json` and no others."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ops.common import accounts
from ops.common.accounts import MOST_ATTEMPTS, Item, Place

__all__ = ["MOST_ATTEMPTS", "POLICY", "Account", "Item", "Place", "actions"]

POLICY = Path(__file__).parent / "policy.json"


class Account(accounts.Account):
    """An account, with the actions that adoption needs."""

    policy = POLICY
    purpose = "adoption"


@cache
def actions() -> frozenset[str]:
    """Return the actions of the policy that the documentation hands out."""
    return accounts.actions(POLICY)
