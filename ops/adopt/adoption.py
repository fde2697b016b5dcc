"""What becomes of everything that was found, and of everything that the stack wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ops.adopt import guide
from ops.adopt.changes import changes
from ops.adopt.finds import Find, Listener
from ops.adopt.gathering import Gap, Gathering, unsought
from ops.adopt.looks.topics import TOPIC
from ops.adopt.wanted import Wanted
from ops.review.verdicts import Verdict


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """Something of the setup script's under a name of its own, and what does its work from now on."""

    old: Find
    address: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The setup script's topic, which the stack would make anew under another name.

    Attributes
    ----------
    confirmed
        How many subscribers have confirmed; with a topic of another name they hear nothing any more.
    """

    topic: str
    confirmed: int


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """The result of a look into an account.

    Attributes
    ----------
    imported
        What Terraform takes over, by address.
    changes
        What the first apply changes about it, by address; an address that is missing could not be compared.
    obstacles
        What stands in the way of the stack, and cannot be taken over.
    replaced, left
        What of the setup script gets a successor, and what nobody touches.
    listeners
        Subscribers without an id, or that the stack does not know.
    acting
        Alarms of others that act on the setup script's topic.
    unknown
        What may exist, for nobody could look.
    new
        What does not exist.
    unsought
        Types of the stack for which adoption has no way to look.
    choice
        What has to be decided before the first apply.
    """

    wanted: Wanted
    imported: Mapping[str, Find]
    changes: Mapping[str, Sequence[Verdict]]
    obstacles: tuple[Find, ...]
    replaced: tuple[Replacement, ...]
    left: tuple[Find, ...]
    listeners: tuple[Listener, ...]
    acting: tuple[str, ...]
    gaps: tuple[Gap, ...]
    unknown: tuple[str, ...]
    new: tuple[str, ...]
    unsought: tuple[str, ...]
    choice: Choice | None

    @property
    def needs_a_person(self) -> bool:
        """Whether something has to be done before the first apply."""
        doubts = any(one.is_doubtful for one in self.listeners)
        return bool(self.gaps or self.obstacles or self.choice or doubts or self.unsought)


def adoption(wanted: Wanted, found: Gathering, *, topic_chosen: bool) -> Adoption:
    """Decide about everything.

    Parameters
    ----------
    topic_chosen
        Whether configuration says how the critical topic is called, so that nothing is left to decide.
    """
    ours = [find for find in found.finds if find.address]
    imported = {find.address: find for find in ours if not find.obstacle}
    choice = None if topic_chosen else _choice(found, wanted)
    replaced = tuple(one for one in _replaced(found, wanted) if not choice or one.old.type != TOPIC)
    succeeded = {id(one.old) for one in replaced}
    there = {find.address for find in ours}
    missing = [one for one in wanted.resources if one.address not in there]
    unsure = {*found.unfinished, *unsought(wanted)}
    doubtful = {one.address for one in found.listeners if one.is_doubtful}
    unknown = {one.address for one in missing if one.type in unsure or one.address in doubtful}
    return Adoption(
        wanted=wanted,
        imported=dict(sorted(imported.items())),
        changes=changes(wanted, imported.values(), beside=_script_topic(found)),
        obstacles=tuple(find for find in ours if find.obstacle),
        replaced=replaced,
        left=tuple(_left(found, succeeded, choice)),
        listeners=tuple(found.listeners),
        acting=tuple(sorted(found.acting)),
        gaps=tuple(found.gaps),
        unknown=tuple(sorted(unknown)),
        new=tuple(one.address for one in missing if one.address not in unknown),
        unsought=unsought(wanted),
        choice=choice,
    )


def _replaced(found: Gathering, wanted: Wanted) -> list[Replacement]:
    addresses = {one.address for one in wanted.resources}
    pairs = [(find, guide.SUCCESSORS.get((find.type, find.name))) for find in found.finds if not find.address]
    return [
        Replacement(old=find, address=address)
        for find, address in pairs
        if address in addresses and wanted.prefix == guide.PREFIX and address is not None
    ]


def _left(found: Gathering, succeeded: set[int], choice: Choice | None) -> Iterator[Find]:
    for find in found.finds:
        to_be_chosen = choice is not None and (find.type, find.name) == (TOPIC, choice.topic)
        if not find.address and id(find) not in succeeded and not to_be_chosen:
            yield find


def _script_topic(found: Gathering) -> Find | None:
    """The setup script's topic where the stack does not take it over: alarms may act on it now."""
    kept = (find for find in found.finds if (find.type, find.name, find.address) == (TOPIC, guide.TOPIC, ""))
    return next(kept, None)


def _choice(found: Gathering, wanted: Wanted) -> Choice | None:
    """In production, whose names the script used: whether its topic goes on as the critical one."""
    if _script_topic(found) is None or wanted.prefix != guide.PREFIX:
        return None
    listeners = [one for one in found.listeners if one.topic == guide.TOPIC and one.arn]
    return Choice(topic=guide.TOPIC, confirmed=len(listeners))
