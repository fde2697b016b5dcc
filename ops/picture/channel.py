"""A Slack channel with what the notifier posted to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ops.picture.blocks import attachment, paragraph
from ops.picture.canvas import EDGE, GREY, Canvas
from ops.picture.samples import Post
from ops.picture.widths import width
from ops.picture.words import plain

NAME, SENDER, BADGE = "# alerts", "Monitoring", "APP"
_WIDE, _MARGIN, _TOP = 760.0, 20.0, 48.0
_LEFT = 68.0  # of what is said, right of the sender's picture
_PORTRAIT = 36.0
_BETWEEN = 24.0
_TITLE = "Two messages in Slack: a critical alarm, and its end ten minutes later"


def drawing(posts: Sequence[Post]) -> str:
    """The channel as SVG."""
    above = Canvas()
    y = _TOP + _MARGIN
    for post in posts:
        y = _post(above, post, y) + _BETWEEN
    high = y - _BETWEEN + _MARGIN
    page = Canvas()
    page.box(0.5, 0.5, (_WIDE - 1, high - 1), fill="#ffffff", edge=EDGE, radius=8)
    page.text(_MARGIN, 30, NAME, size=17, bold=True)
    page.box(1, _TOP, (_WIDE - 2, 1), fill=EDGE)
    return (page + above).svg(_WIDE, high, _TITLE)


def _post(canvas: Canvas, post: Post, y: float) -> float:
    """The sender, what the phone shows, and the attachments. Returns where the post ends."""
    room = _WIDE - _LEFT - _MARGIN
    _portrait(canvas, y)
    _sender(canvas, post.at, y + 14)
    y = paragraph(canvas, plain(post.message["text"]), _LEFT, y + 18, room)
    for item in post.message["attachments"]:
        y = attachment(canvas, item, _LEFT, y + 8, room)
    return y


def _portrait(canvas: Canvas, y: float) -> None:
    canvas.box(_MARGIN, y, (_PORTRAIT, _PORTRAIT), fill="#4a154b", radius=6)
    beat = ((6, 18), (12, 18), (16, 9), (21, 27), (25, 18), (30, 18))
    points = " ".join(f"{_MARGIN + right:g},{y + down:g}" for right, down in beat)
    canvas.curve(points, edge="#ffffff")


def _sender(canvas: Canvas, at: datetime, y: float) -> None:
    x = _LEFT
    canvas.text(x, y, SENDER, size=15, bold=True)
    x += width(SENDER, 15, bold=True) + 6
    canvas.box(x, y - 11, (30, 14), fill="#e8e8e8", radius=2)
    canvas.text(x + (30 - width(BADGE, 9.5, bold=True)) / 2, y - 0.5, BADGE, size=9.5, bold=True, colour=GREY)
    canvas.text(x + 38, y, f"{at.hour % 12 or 12}:{at:%M %p}", size=12, colour=GREY)
