"""What Slack refuses.

Sources: Slack, "Reference: blocks" (50 blocks; header 150; section 3000, 10 fields of 2000; button 75, url
3000; 25 actions; 10 elements of a context; block_id 255) and "Sending messages using incoming webhooks"
(the words of a refusal); a message whose blocks come to some 13,200 characters is refused as
msg_blocks_too_long (slackapi/bolt-js issue 2509).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

MOST_BLOCKS, MOST_ATTACHMENTS = 50, 100
LONGEST_HEADER, LONGEST_SECTION, LONGEST_FIELD, MOST_FIELDS = 150, 3000, 2000, 10
LONGEST_BUTTON, LONGEST_URL, MOST_ACTIONS = 75, 3000, 25
MOST_ELEMENTS, LONGEST_ID, LARGEST_BLOCKS = 10, 255, 13_200

Block = dict[str, Any]


def refusal(body: bytes) -> str | None:
    """The word with which Slack refuses a message; none for one that it takes."""
    try:
        message = json.loads(body)
    except ValueError:
        return "invalid_payload"
    if not isinstance(message, dict):
        return "invalid_payload"
    attachments = message.get("attachments", [])
    if not isinstance(attachments, list) or len(attachments) > MOST_ATTACHMENTS:
        return "too_many_attachments"
    parts = [message, *attachments]
    if not all(isinstance(part, dict) for part in parts):
        return "invalid_attachments"
    if not any(part.get("blocks") or part.get("text") for part in parts):
        return "no_text"
    return _of_blocks([part.get("blocks", []) for part in parts])


def _of_blocks(lists: list[Any]) -> str | None:
    if not all(isinstance(blocks, list) and len(blocks) <= MOST_BLOCKS for blocks in lists):
        return "invalid_blocks"
    blocks = [block for blocks in lists for block in blocks]
    if len(blocks) > MOST_BLOCKS or not all(_good(block) for block in blocks):
        return "invalid_blocks"
    size = len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))
    return "msg_blocks_too_long" if size > LARGEST_BLOCKS else None


def _good(block: Any) -> bool:
    if not isinstance(block, dict) or len(str(block.get("block_id", ""))) > LONGEST_ID:
        return False
    check = _CHECKS.get(str(block.get("type")))
    return check is not None and all(check(block))


def _header(block: Block) -> Iterator[bool]:
    yield _text(block.get("text"), LONGEST_HEADER, "plain_text")


def _section(block: Block) -> Iterator[bool]:
    fields = block.get("fields", [])
    yield "text" in block or bool(fields)
    yield "text" not in block or _text(block["text"], LONGEST_SECTION, "plain_text", "mrkdwn")
    yield isinstance(fields, list) and len(fields) <= MOST_FIELDS
    yield from (_text(field, LONGEST_FIELD, "plain_text", "mrkdwn") for field in fields)


def _actions(block: Block) -> Iterator[bool]:
    elements = block.get("elements", [])
    yield 1 <= len(elements) <= MOST_ACTIONS
    yield from (one.get("type") == "button" for one in elements)
    yield from (_text(one.get("text"), LONGEST_BUTTON, "plain_text") for one in elements)
    yield from (len(one.get("url", "")) <= LONGEST_URL for one in elements)
    names = [one.get("action_id") for one in elements if "action_id" in one]
    yield len(names) == len(set(names))


def _context(block: Block) -> Iterator[bool]:
    elements = block.get("elements", [])
    yield 1 <= len(elements) <= MOST_ELEMENTS
    yield from (_text(one, LONGEST_FIELD, "plain_text", "mrkdwn") for one in elements)


def _divider(_: Block) -> Iterator[bool]:
    yield True


_CHECKS: dict[str, Callable[[Block], Iterator[bool]]] = {
    "header": _header,
    "section": _section,
    "actions": _actions,
    "context": _context,
    "divider": _divider,
}


def _text(value: Any, most: int, *kinds: str) -> bool:
    if not isinstance(value, dict) or value.get("type") not in kinds:
        return False
    text = value.get("text")
    return isinstance(text, str) and 1 <= len(text) <= most
