"""The review of a plan: verdicts, policy findings and notes, most serious first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from modules.terraform.changes import Action, changes, compared, drifted
from modules.terraform.marks import known_secrets
from modules.terraform.values import Hidden, Unknown
from ops.review.acceptances import Acceptance, spend
from ops.review.judges import judged, kind_of
from ops.review.masks import Mask, Masking, told_finding, told_section, told_verdict
from ops.review.plans import Change, Plan
from ops.review.sections import Section
from ops.review.values import one_line, shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World
from policies import Finding, errors

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


@dataclass(frozen=True, kw_only=True)
class Review:
    """All that is said of a plan. Everything in it is fit to be printed.

    Attributes
    ----------
    verdicts
        Most serious first.
    accepted
        The acceptance of each weakening that has one, by its place among the verdicts.
    drift
        What was changed outside of Terraform; told, and no part of the exit status.
    findings
        Breaches of policies, with waivers; `None` if the policies were not asked.
    advice
        The same for a plan of somebody else, for whom they are no rules.
    notes
        What could not be looked at, and why.
    """

    verdicts: tuple[Verdict, ...]
    accepted: Mapping[int, Acceptance]
    drift: tuple[Verdict, ...] = ()
    findings: tuple[Finding, ...] | None = None
    advice: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()

    @property
    def counts(self) -> Mapping[Effect, int]:
        """How many verdicts there are of each effect."""
        found = Counter(one.effect for one in self.verdicts)
        return {effect: found[effect] for effect in Effect}

    @property
    def unaccepted(self) -> tuple[Verdict, ...]:
        """The weakenings that nobody accepted."""
        return tuple(
            one
            for place, one in enumerate(self.verdicts)
            if one.effect is Effect.WEAKENED and place not in self.accepted
        )

    @property
    def failures(self) -> tuple[str, ...]:
        """Why other parts fail the review."""
        return tuple(text for section in self.sections for text in section.failures)

    @property
    def failed(self) -> bool:
        """Whether somebody has to act before this may be applied."""
        return bool(self.unaccepted or errors(self.findings or ()) or self.failures)


def review(
    plan: Plan,
    *,
    base: Plan | None = None,
    accepted: Sequence[Acceptance] = (),
    findings: Sequence[Finding] | None = None,
    advice: Sequence[Finding] = (),
    notes: Sequence[str] = (),
    sections: Sequence[Section] = (),
) -> Review:
    """Review a plan, or the difference of two plans against an empty state.

    Parameters
    ----------
    base
        The other plan, for want of a state.
    accepted
        The weakenings that are meant; each accepts one change.
    findings, advice
        What the policies say, binding or not; `None` if they were not asked.
    notes, sections
        What others have to say.

    Raises
    ------
    PlanError
        With a base: one of the plans was made against a state with something in it.
    """
    mask = Mask({text for one in (plan, base) if one is not None for text in known_secrets(one)})
    found = tuple(changes(plan, Change) if base is None else compared(base, plan, Change))
    verdicts = _verdicts(found, World(plan, base), mask)
    return Review(
        verdicts=verdicts,
        accepted={
            place: replace(one, reason=mask(one_line(one.reason)))
            for place, one in spend(verdicts, accepted, mask).items()
        },
        drift=_verdicts(tuple(drifted(plan, Change)), World(plan), mask),
        findings=None if findings is None else tuple(told_finding(one, mask) for one in findings),
        advice=tuple(told_finding(one, mask) for one in advice),
        notes=tuple(map(mask, (*_notes(plan, base), *notes))),
        sections=tuple(told_section(one, mask) for one in sections),
    )


def _verdicts(found: Sequence[Change], world: World, mask: Masking) -> tuple[Verdict, ...]:
    again = made_again(found)
    verdicts = (
        told_verdict(one, again.get(one.address, ""), mask)
        for change in found
        for one in judged(change, world)
    )
    return tuple(sorted(verdicts, key=lambda one: one.order))


def _notes(plan: Plan, base: Plan | None) -> Iterator[str]:
    if base is not None:
        yield (
            "Compared without a state: whether a change replaces a resource, and what was changed outside of "
            "Terraform, is unknown."
        )
    if plan.is_partial or (base is not None and base.is_partial):
        yield (
            "The plan does not cover everything (a target was named, or changes are put off): what else "
            "would change is unknown."
        )
    if plan.deferred:
        yield f"Terraform puts off {plan.deferred} changes to a later plan; what they do is unknown."
