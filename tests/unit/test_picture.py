"""The picture in the docs is what the notifier says today, whole and within its frame."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.errors import ToolError
from ops.picture import FILE, text, write
from ops.picture.channel import drawing
from ops.picture.samples import Post, posts
from ops.picture.widths import SIGNS, width
from ops.picture.words import marked, plain, wrapped
from tests.builders import CONFIG, ROOT
from tests.lambdas.loader import load
from tests.lambdas.slack_samples import ALL, envelope
from tests.projects import project

SVG = "{http://www.w3.org/2000/svg}"
AT = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60)
TEXTS = st.lists(WORDS, max_size=30).map(" ".join)

notifier = load("slack_notifier")


def message(sample: object) -> dict[str, Any]:
    """What the notifier posts of a notification."""
    options = notifier.options.read_options({"ENVIRONMENT": "prod", "DASHBOARD_NAME": "real-time"})
    found: dict[str, Any] = notifier.message.payload(
        [notifier.events.read(envelope(sample), options)], options
    )
    return found


def parsed(picture: str) -> ElementTree.Element:
    """A picture as XML."""
    return ElementTree.fromstring(picture)  # noqa: S314  (nobody else wrote it)


def texts(picture: str) -> list[tuple[float, float, float, str]]:
    """Where each text begins, where its base line is, how long it is, and what it says."""
    found = []
    for item in parsed(picture).iter(f"{SVG}text"):
        x, y, long = (float(item.attrib[name]) for name in ("x", "y", "textLength"))
        found.append((x, y, long, "".join(item.itertext())))
    return found


def written(picture: str) -> list[str]:
    """What a picture says."""
    return [said for *_, said in texts(picture)]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the configuration as it ships, which the docs are about."""
    return project(tmp_path_factory.mktemp("shipped"))


def test_picture_in_the_docs_is_current(shipped: Path) -> None:
    assert (ROOT / FILE).read_text("utf-8") == text(shipped), "write it anew with `python -m ops picture`"


def test_writing_leaves_the_picture_where_the_docs_show_it(tmp_path: Path, shipped: Path) -> None:
    folder = project(tmp_path / "written", copied=("docs",))

    path = write(folder)

    assert path == folder / "docs" / "slack-message.svg"
    assert path.read_text("utf-8") == text(shipped)
    assert f"]({FILE.name})" in (ROOT / "docs" / "notifications.md").read_text("utf-8")


def test_picture_shows_the_alarm_and_its_end(shipped: Path) -> None:
    shown = written(text(shipped))

    assert shown.count("P1 scheduling-agent-error-count") == 2
    assert shown.index("OK → ALARM") < shown.index("ALARM → OK")
    assert {"Runbook", "Alarm", "Dashboard", "Logs", "Sum ErrorCount (SchedulingAgent)", "> 10"} <= set(shown)


def test_picture_follows_the_code_of_the_notifier(tmp_path: Path, shipped: Path) -> None:
    changed = project(tmp_path, copied=("lambda_src",))
    source = changed / "lambda_src" / "slack_notifier" / "message.py"
    red = posts(shipped)[0].message["attachments"][0]["color"]

    source.write_text(source.read_text("utf-8").replace(red, "#123456"), "utf-8")

    assert red in text(shipped)
    assert text(changed) == text(shipped).replace(red, "#123456")


def test_picture_needs_nothing_from_elsewhere(shipped: Path) -> None:
    picture = text(shipped)

    tags = {item.tag.removeprefix(SVG) for item in parsed(picture).iter()}
    assert tags == {"svg", "title", "rect", "polyline", "circle", "text"}
    assert re.findall(r"href|url\(|@import|<\?|style=", picture) == []


@pytest.mark.parametrize("name", sorted(ALL))
def test_any_message_is_drawn_within_the_frame(name: str) -> None:
    picture = drawing([Post(AT, message(ALL[name]))])

    frame = parsed(picture).attrib
    for x, y, long, said in texts(picture):
        assert 0 < x < x + long <= float(frame["width"]) - 20, said
        assert 0 < y < float(frame["height"]) - 10, said


@pytest.mark.parametrize("name", sorted(ALL))
def test_no_two_texts_of_a_message_overlap(name: str) -> None:
    found = texts(drawing([Post(AT, message(ALL[name]))]))

    for (x, y, long, said), (other_x, other_y, other_long, other) in combinations(found, 2):
        beside = x + long <= other_x or other_x + other_long <= x
        assert beside or abs(y - other_y) >= 12, (said, other)


@pytest.mark.parametrize("name", sorted(ALL))
def test_nothing_that_a_message_says_is_left_out(name: str) -> None:
    sent = message(ALL[name])
    blocks = [block for item in sent["attachments"] for block in item["blocks"]]
    parts = [block["text"] for block in blocks if "text" in block]
    parts += [part for block in blocks for part in (*block.get("fields", ()), *block.get("elements", ()))]

    shown = "".join("".join(written(drawing([Post(AT, sent)]))).split())

    for item in parts:
        said = item["text"]["text"] if isinstance(item["text"], dict) else item["text"]
        for line in marked(said) if item["type"] == "mrkdwn" else plain(said):
            for word in line:
                assert word.text in shown or word.text in SIGNS, word


def test_block_of_an_unknown_type_is_told() -> None:
    sent = {"text": "x", "attachments": [{"color": "#000000", "blocks": [{"type": "video"}]}]}

    with pytest.raises(ToolError, match="'video' cannot be drawn"):
        drawing([Post(AT, sent)])


def test_notifier_that_does_not_run_is_told(tmp_path: Path) -> None:
    shutil.copytree(CONFIG, tmp_path / "config")
    (tmp_path / "lambda_src" / "slack_notifier").mkdir(parents=True)

    with pytest.raises(ToolError, match="No module named 'events'"):
        text(tmp_path)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("*Value*\n&gt; 3 &amp;amp;", [[("Value", True)], [(">", False), ("3", False), ("&amp;", False)]]),
        ("*OK → ALARM* now", [[("OK", True), ("→", True), ("ALARM", True), ("now", False)]]),
        (
            "<!date^1795428930^{date_short_pretty} {time_secs}|fallback>",
            [[("Nov", False), ("23,", False), ("2026", False), ("10:15:30", False), ("AM", False)]],
        ),
        ("2 * 3 * 4", [[("2", False), ("*", False), ("3", False), ("*", False), ("4", False)]]),
    ],
)
def test_markup_is_read_as_slack_reads_it(source: str, words: list[list[tuple[str, bool]]]) -> None:
    assert [[(word.text, word.bold) for word in line] for line in marked(source)] == words


@given(text=TEXTS, room=st.integers(30, 700), bold=st.booleans())
def test_wrapped_lines_fit_and_lose_nothing(text: str, room: int, bold: bool) -> None:
    lines = wrapped(plain(text, bold=bold), 15, room)

    assert "".join(word.text for line in lines for word in line) == "".join(
        word.text for line in plain(text) for word in line
    )
    for line in lines:
        assert width(" ".join(word.text for word in line), 15, bold=bold) <= room + 0.001


@pytest.mark.parametrize(("bold", "wide"), [(False, 78.593), (True, 85.566)])
def test_widths_are_those_of_helvetica(bold: bool, wide: float) -> None:
    """Measured with Liberation Sans, whose widths are the same."""
    assert width("Environment", 14, bold=bold) == pytest.approx(wide, abs=0.05)
