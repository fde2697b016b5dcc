"""An estimate as text for a terminal, and a difference as Markdown for a review."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from ops.cost.budgets import CENT, cents
from ops.cost.differences import Difference
from ops.cost.estimate import Estimate
from ops.cost.items import Item
from ops.cost.volumes import plain

_MARKUP = re.compile(r"([\\`*_\[\]<>|#~])")


def table(estimate: Estimate) -> str:
    """The items, their total, and all that it rests on."""
    rows = [_row(item) for item in estimate.items]
    rows.append(("total", "", "", "", money(estimate.total)))
    lines = [*_aligned(rows), "", "Assumptions", *_listed(said(estimate))]
    return "\n".join((*lines, "", "Not counted", *_listed(estimate.not_counted)))


def markdown(difference: Difference, after: Estimate) -> str:
    """What a change costs, for the comment of a review."""
    lines = [_headline(difference)]
    if difference.changed:
        lines += ["", "| US dollars a month | before | after | difference |", "|---|---:|---:|---:|"]
    for change in difference.changed:
        figures = (money(change.before), money(change.after), signed(change.difference))
        lines.append(f"| {' | '.join((change.title, *figures))} |")
    lines += ["", "<details><summary>What this rests on</summary>", ""]
    lines += [f"- {escaped(text)}" for text in said(after)]
    lines += ["", "Not counted:", "", *(f"- {escaped(text)}" for text in after.not_counted), "", "</details>"]
    return "\n".join(lines)


def said(estimate: Estimate) -> list[str]:
    """Every assumption once, with the kinds that rest on it."""
    kinds: dict[str, dict[str, None]] = {}
    for item in estimate.items:
        for text in item.assumptions:
            kinds.setdefault(text, {})[item.title] = None
    return [*estimate.assumptions, *(f"{'; '.join(titles)}: {text}" for text, titles in kinds.items())]


def money(amount: Decimal) -> str:
    """US dollars in whole cents; what is less than half a cent is not shown as nothing."""
    return "<0.01" if 0 < amount < CENT / 2 else f"{cents(amount):,}"


def signed(amount: Decimal) -> str:
    """A difference with its sign."""
    return f"{'-' if amount < 0 else '+' if amount > 0 else ''}{money(abs(amount))}"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _headline(difference: Difference) -> str:
    if not difference.changed:
        return f"{money(difference.after)} US dollars a month, as before"
    before, after, more = money(difference.before), money(difference.after), signed(difference.total)
    return f"{before} → {after} US dollars a month ({more})"


def _row(item: Item) -> tuple[str, ...]:
    per = f" per {plain(item.per)}" if item.per > 1 else ""
    price = f"{item.unit_price:f}{per}" if item.unit_price else "free"
    return item.title, plain(item.quantity.quantize(CENT)), item.unit, price, money(item.amount)


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Text to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for title, quantity, unit, price, amount in rows:
        yield "  ".join(
            (
                title.ljust(widths[0]),
                quantity.rjust(widths[1]),
                unit.ljust(widths[2]),
                price.rjust(widths[3]),
                amount.rjust(widths[4]),
            )
        )


def _listed(texts: Iterable[str]) -> Iterator[str]:
    yield from (f"  - {text}" for text in texts)
