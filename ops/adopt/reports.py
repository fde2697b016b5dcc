"""The result as text for a terminal: first what a person has to do, then what Terraform will do."""

from __future__ import annotations

from ops.adopt import sections
from ops.adopt.adoption import Adoption
from ops.adopt.sections import Lines
from ops.review.values import counted
from ops.review.verdicts import Effect


def report(found: Adoption, environment: str, stack: str, file: str) -> str:
    """Everything, section by section; a section without anything is left out."""
    place = found.wanted.place
    head = f"Adoption of {environment} ({stack}) in account {place.number}, {place.region}"
    titled = (
        ("Decide first", sections.choice(found, environment)),
        ("In the way: do this by hand, then run this again", sections.obstacles(found)),
        ("Could not be looked at", sections.gaps(found)),
        ("Taken over and changed by the first apply", sections.changed(found)),
        ("Taken over as it is, but for tags", sections.kept(found)),
        ("Taken over, and not compared", sections.uncompared(found)),
        ("No id to import", sections.pending(found)),
        ("Replaced: delete by hand after the first apply", sections.replaced(found)),
        ("Left alone", sections.left(found, environment)),
        ("Made anew", sections.new(found)),
        ("Next", _next(found, file)),
    )
    parts = [head, "\n".join(f"  {line}" for line in _summary(found))]
    for title, lines in titled:
        told = [f"  {line}" for line in lines]
        parts += ["\n".join((title, *told))] if told else []
    return "\n\n".join(parts)


def _summary(found: Adoption) -> Lines:
    changed = [verdicts for verdicts in found.changes.values() if verdicts]
    weakened = [verdicts for verdicts in changed if verdicts[0].effect is Effect.WEAKENED]
    others = (
        len(found.left)
        + len(found.acting)
        + sum(bool(one.arn and not one.address) for one in found.listeners)
    )
    figures = {
        "taken over": len(found.imported),
        "of them changed by the first apply": len(changed),
        "of them weakened in some way": len(weakened),
        "made anew": len(found.new),
        "not known": len(found.unknown),
        "in the way": len(found.obstacles),
        "replaced": len(found.replaced),
        "left alone": others,
    }
    return [f"{number:5,}  {title}" for title, number in figures.items() if number]


def _next(found: Adoption, file: str) -> Lines:
    yield f"{counted(len(found.imported), 'import block')} written to {file}"
    if found.needs_a_person:
        yield "first see to what stands on top of this report, and run this again"
    yield "terraform plan -out=first.plan in the stack's folder: it destroys and replaces nothing"
    yield "terraform show -json first.plan > plan.json, then `python -m ops review plan.json`, then apply"
