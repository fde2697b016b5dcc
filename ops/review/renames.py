"""What goes at one address and comes back at another, for want of a `moved` block."""

from __future__ import annotations

from collections.abc import Iterable

from modules.terraform.changes import Action
from modules.terraform.values import Hidden, Unknown
from ops.review.changes import Change
from ops.review.judges import kind_of
from ops.review.words import shown

_NAMES = ("alarm_name", "name", "function_name", "dashboard_name", "bucket", "protocol", "endpoint")


def made_again(found: Iterable[Change]) -> dict[str, str]:
    """A hint for each address that is deleted while the same is made elsewhere."""
    gone = {_identity(one): one for one in found if one.action is Action.DELETE and not one.deposed}
    texts = {}
    for one in found:
        other = gone.get(_identity(one)) if one.action is Action.CREATE else None
        if other is not None and _identity(one)[1]:
            known = "whether it is moved is unknown" if other.stateless else "a moved block would keep it"
            texts[other.address] = f"The same is made again as {one.address}; {known}."
    return texts


def _identity(change: Change) -> tuple[str, tuple[str, ...]]:
    """Type and name of a resource; without a name where it is not known."""
    values = change.before or change.after
    found = [values.get(name) for name in _NAMES]
    if not kind_of(change.type).is_known or any(isinstance(one, Unknown | Hidden) for one in found):
        return change.type, ()
    return change.type, tuple(shown(one) for one in found if one)
