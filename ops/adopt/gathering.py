"""Everything that is found in an account, and everything that could not be looked at."""

from __future__ import annotations

from dataclasses import dataclass, field

from ops.adopt import guide
from ops.adopt.accounts import Account
from ops.adopt.finds import Find, Listener
from ops.adopt.fixed import obstructed
from ops.adopt.looks import LOOKS, TYPES, Look
from ops.adopt.looks.alarms import COMPOSITE, METRIC, acting_on
from ops.adopt.looks.topics import TOPIC
from ops.adopt.wanted import Wanted
from ops.common.faults import Unread


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A look that did not come to its end.

    Attributes
    ----------
    why
        The action and what became of it.
    types
        Of these, whatever was not found may exist all the same; empty where only details are missing.
    """

    why: str
    types: tuple[str, ...] = ()


@dataclass
class Gathering:
    """What was found; `acting` are the alarms of others on the setup script's topic."""

    finds: list[Find] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    acting: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def add(self, found: Find | Listener, wanted: Wanted) -> None:
        """Keep it; a resource of the stack that more than one thing could be is the first of them."""
        if isinstance(found, Listener):
            self.listeners.append(found)
            return
        one = next((one for one in wanted.of(found.type) if one.address == found.address), None)
        self.finds.append(obstructed(found, one) if one is not None and not found.obstacle else found)

    @property
    def unfinished(self) -> frozenset[str]:
        """The types of which not all may have been seen."""
        return frozenset(kind for gap in self.gaps for kind in gap.types)


def gather(account: Account, wanted: Wanted) -> Gathering:
    """Look for all that the stack wants, page by page.

    Raises
    ------
    ToolError
        AWS does not take the credentials.
    """
    found = Gathering()
    for look in LOOKS:
        if wanted.of(*look.types):
            _look(look, account, wanted, found)
    _acting(account, wanted, found)
    found.gaps += [Gap(why=str(gap)) for gap in account.missed]
    return found


def _look(look: Look, account: Account, wanted: Wanted, found: Gathering) -> None:
    try:
        for one in look.run(account, wanted):
            found.add(one, wanted)
    except Unread as gap:
        found.gaps.append(Gap(why=str(gap), types=look.types))


def _acting(account: Account, wanted: Wanted, found: Gathering) -> None:
    """The alarms of others that act on the setup script's topic."""
    arn = next((one.import_id for one in found.finds if (one.type, one.name) == (TOPIC, guide.TOPIC)), None)
    if arn is None or wanted.prefix != guide.PREFIX:
        return
    own = {one.name for one in found.finds if one.type in (METRIC, COMPOSITE)}
    try:
        found.acting += [name for name in acting_on(account, arn) if name not in own]
    except Unread as gap:
        found.gaps.append(Gap(why=f"{gap}, so that others' alarms on {guide.TOPIC} are not known"))


def unsought(wanted: Wanted) -> tuple[str, ...]:
    """The types of the stack that nobody looks for."""
    return tuple(sorted({one.type for one in wanted.resources} - TYPES))
