"""What the pages name exists: links, headings, commands, targets of make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from ops.__main__ import app
from tests.builders import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def anchors(page: Path) -> set[str]:
    """The names by which a page's headings can be linked to."""
    prose = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", page.read_text("utf-8")):
        if "://" not in target:
            aim = page.parent / target if target else page
            assert aim.exists(), target
            assert not anchor or anchor in anchors(aim), f"{target}#{anchor}"


@every_page
def test_commands_exist(page: Path) -> None:
    group = typer.main.get_command(app)
    text = page.read_text("utf-8")
    for words in re.findall(r"python (?:-O )?-m ops ((?:[a-z]+ ?)+)", text) + re.findall(r"`ops (\w+)", text):
        command, *rest = words.split()
        found = group.commands.get(command)  # type: ignore[attr-defined]
        assert found is not None, words
        known = getattr(found, "commands", None)
        assert not (known and rest) or rest[0] in known, words


@every_page
def test_targets_of_make_exist(page: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    told = re.findall(r"(?:`|^(?:\$ )?)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    assert set(told) <= set(targets)
