"""The review as one comment: the verdict first, then what is serious, and the rest folded away.

Whatever comes from a plan is in code spans: there GitHub renders no HTML, links nothing and
mentions nobody.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ops.review.acceptances import Acceptance, is_vague
from ops.review.findings import same_but_place
from ops.review.review import Review
from ops.review.values import clipped, counted, one_line
from ops.review.verdicts import Effect, Verdict
from policies import Finding, errors

_MOST_ADDRESSES = 12
_LONGEST_ADDRESS = 200
_BACKTICKS = re.compile(r"`+")
_SENTENCES = re.compile(r"(?<=[.;]) ")
_PLAIN = re.compile(r"(?:(?:[A-Za-z,;:'()-]+|[0-9][0-9,]*(?:\.[0-9]+)?)[.;]?(?: |$))*")


def fence(text: str, least: int = 1) -> str:
    """Backticks, more of them than there are in a row in the text."""
    return "`" * max(least, max(map(len, _BACKTICKS.findall(text)), default=0) + 1)


def code(text: str) -> str:
    """A code span of any text, on one line."""
    text = one_line(text)
    ticks = fence(text)
    pad = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}" if text else ""


def places(addresses: Sequence[str]) -> str:
    """Addresses in one line, and how many are left out."""
    shown = [code(clipped(one, _LONGEST_ADDRESS)) for one in addresses[:_MOST_ADDRESSES]]
    more = len(addresses) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def sentences(text: str) -> str:
    """Sentences with values in them: plain where nothing can be made of them, else a code span."""
    return " ".join(one if _PLAIN.fullmatch(one) else code(one) for one in _SENTENCES.split(text))


LIMIT = 65_536
"""Characters that GitHub takes in one comment; bytes are counted here, which are never fewer."""

_RESERVE = 600


@dataclass(frozen=True)
class Line:
    """One list item, and how many things it stands for."""

    text: str
    count: int = 1


@dataclass(frozen=True)
class Block:
    """A heading with its lines; a folded one is opened by whoever wants to read it."""

    title: str
    lines: tuple[Line, ...]
    folded: bool = False

    @property
    def count(self) -> int:
        """How many things it tells of."""
        return sum(line.count for line in self.lines)


def fitted(head: str, blocks: Sequence[Block], limit: int) -> str:
    """The blocks in their order, as far as there is room; every heading stays, with its count."""
    frames = [_frame(block) for block in blocks]
    room = limit - _RESERVE - _size(head) - sum(_size(start) + _size(end) for start, end in frames)
    parts = [head]
    for block, (start, end) in zip(blocks, frames, strict=True):
        lines, room = _taken(block, room)
        parts.append(f"{start}\n\n{lines}{end}")
    return "\n\n".join(parts) + "\n"


def _frame(block: Block) -> tuple[str, str]:
    title = f"{block.title} ({block.count})" if block.lines[0].text.startswith("- ") else block.title
    if block.folded:
        return f"<details><summary>{title}</summary>", "\n\n</details>"
    return f"### {title}", ""


def _taken(block: Block, room: int) -> tuple[str, int]:
    """As many lines as fit, and the room that is left."""
    taken: list[str] = []
    left = block.count
    for line in block.lines:
        size = _size(line.text) + 1
        if size > room:
            break
        taken.append(line.text)
        room -= size
        left -= line.count
    if left:
        taken.append(f"- … and {left} more; the JSON report has them all")
    return "\n".join(taken), room


def _size(text: str) -> int:
    # Room for the blank lines and the count of what is left out beside each part.
    return len(text.encode()) + 2


_MOST_ENTRIES = 10


def to_accept(unaccepted: Sequence[Verdict]) -> Iterator[Block]:
    """What to write into the configuration where a weakening is meant."""
    wanted = unaccepted[:_MOST_ENTRIES]
    if not wanted:
        return
    entries = [*map(_entry, wanted)]
    ticks = fence("".join(entries), least=3)
    text = "\n".join([f"{ticks}yaml", "accepted:", *entries, ticks])
    yield Block("Meant? Accept it in the same change, with a reason", (Line(text),), folded=True)


def _entry(verdict: Verdict) -> str:
    parts = {"address": verdict.address, "old": verdict.old, "new": verdict.new}
    parts |= {"aspect": verdict.aspect} if is_vague(verdict) else {}
    lines = [f"{name}: {_quoted(text)}" for name, text in parts.items()]
    return "  - " + "\n    ".join([*lines, "reason:"])


def _quoted(text: str) -> str:
    """Text as YAML reads it back, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


# What the text before them says already; they are there for acceptances.
_SAID = ("deleted", "replaced", "forgotten", "none")

_TITLES = {
    Effect.WEAKENED: "Weakened",
    Effect.UNCLEAR: "Cannot be judged",
    Effect.STRENGTHENED: "Strengthened",
    Effect.REMOVED_UNKNOWN: "Removed; what hangs on it is not known here",
    Effect.ADDED: "Added",
    Effect.REMOVED: "Removed, without effect on alerting",
    Effect.CHANGED: "Changed",
    Effect.UNAFFECTED: "Changed, without effect on alerting",
}
_FOLDED = (Effect.ADDED, Effect.REMOVED, Effect.CHANGED, Effect.UNAFFECTED)
_SHORT = {
    Effect.WEAKENED: "weakened",
    Effect.UNCLEAR: "cannot be judged",
    Effect.STRENGTHENED: "strengthened",
    Effect.REMOVED_UNKNOWN: "removed with unknown effect",
    Effect.ADDED: "added",
    Effect.REMOVED: "removed",
    Effect.CHANGED: "changed",
    Effect.UNAFFECTED: "without effect",
}


def markdown(review: Review, limit: int = LIMIT) -> str:
    """The whole comment, within a limit of bytes; what is left out is counted."""
    head = "\n\n".join(filter(None, (f"## {verdict(review)}", summary(review), *review.notes)))
    return fitted(head, [block for block in _blocks(review) if block.lines], limit)


def verdict(review: Review) -> str:
    """The verdict in one line."""
    reasons = []
    if review.unaccepted:
        number = len(review.unaccepted)
        reasons.append(f"{counted(number, 'change')} {'weaken' if number > 1 else 'weakens'} the monitoring")
    broken = len(errors(review.findings or ()))
    if broken:
        reasons.append(f"{counted(broken, 'policy error')}")
    reasons += [text.rstrip(".") for text in review.failures]
    if reasons:
        return f"Stop: {', '.join(reasons)}"
    weakened = review.counts[Effect.WEAKENED]
    if weakened:
        return f"Fine: {counted(weakened, 'weakening')}, {'all ' * (weakened > 1)}accepted"
    return "Fine: nothing is weakened" if review.verdicts else "Fine: nothing changes"


def summary(review: Review) -> str:
    """All counts in one line."""
    parts = [f"{number} {_SHORT[effect]}" for effect, number in review.counts.items() if number]
    if review.accepted:
        parts[0] += f" ({len(review.accepted)} accepted)"
    parts += filter(None, (_policies(review), *(section.summary for section in review.sections)))
    return " · ".join(parts)


def _policies(review: Review) -> str:
    if review.findings is None:
        return f"{counted(len(review.advice), 'piece')} of advice" if review.advice else ""
    if not review.findings:
        return "policies: no findings"
    waived = sum(one.waived_by is not None for one in review.findings)
    levels = Counter(one.level.value for one in review.findings if one.waived_by is None)
    parts = [counted(count, level) for level, count in sorted(levels.items())]
    return "policies: " + ", ".join([*parts, *([f"{waived} waived"] if waived else [])])


def _blocks(review: Review) -> Iterator[Block]:
    found = review.findings or ()
    stopping = errors(found)
    harmless = set(found) - set(stopping)
    others = [one for one in found if one in harmless]
    yield _of_effect(review, Effect.WEAKENED)
    yield Block("Policy errors", tuple(_findings(stopping)))
    yield _of_effect(review, Effect.UNCLEAR)
    yield _of_effect(review, Effect.STRENGTHENED)
    yield _of_effect(review, Effect.REMOVED_UNKNOWN)
    for section in review.sections:
        yield Block(section.title, (Line(section.text),) if section.text else ())
    for effect in _FOLDED:
        yield _of_effect(review, effect)
    yield Block("Policy warnings and waivers", tuple(_findings(others)), folded=True)
    yield Block("Advice by this project's policies", tuple(_findings(review.advice)), folded=True)
    drift = tuple(_grouped((one, None) for one in review.drift))
    yield Block("Changed outside of Terraform since it last looked", drift, folded=True)
    yield from to_accept(review.unaccepted)


def _of_effect(review: Review, effect: Effect) -> Block:
    places = [(place, one) for place, one in enumerate(review.verdicts) if one.effect is effect]
    lines = tuple(_grouped((one, review.accepted.get(place)) for place, one in places))
    return Block(_TITLES[effect], lines, folded=effect in _FOLDED)


def _grouped(items: Iterable[tuple[Verdict, Acceptance | None]]) -> Iterator[Line]:
    """Verdicts that say the same of several resources share a line."""
    groups: dict[tuple[Verdict, str], list[str]] = {}
    for verdict_, acceptance in items:
        reason = acceptance.reason if acceptance else ""
        alike = replace(verdict_, address="", kind="")
        groups.setdefault((alike, reason), []).append(verdict_.address)
    for (alike, reason), addresses in groups.items():
        yield Line(_line(alike, reason, addresses), len(addresses))


def _line(verdict_: Verdict, reason: str, addresses: Sequence[str]) -> str:
    severity = f" ({code(verdict_.severity)})" if verdict_.severity else ""
    item = f" {code(verdict_.item)}" if verdict_.item else ""
    change = " → ".join(code(one) for one in (verdict_.old, verdict_.new) if one and one not in _SAID)
    text = f"- {places(addresses)}{severity} {verdict_.text}{item}"
    text += f": {change}" if change else ""
    text += f"<br>{sentences(verdict_.note)}" if verdict_.note else ""
    return text + (f"<br>Accepted: {code(clipped(reason))}" if reason else "")


def _findings(findings: Sequence[Finding]) -> Iterator[Line]:
    groups: dict[Finding, list[str]] = {}
    for finding in findings:
        groups.setdefault(same_but_place(finding), []).append(finding.address)
    for finding, addresses in groups.items():
        by = finding.waived_by
        standing = "waived" if by else finding.level.value
        found = f"found {code(finding.found)}, wanted {code(finding.wanted)}"
        last = f"Waived until {by.expires}: {code(clipped(by.reason))}" if by else f"Fix: {code(finding.fix)}"
        text = f"- {standing} {finding.rule}: {places(addresses)}: {found}<br>{last}"
        yield Line(text, len(addresses))
