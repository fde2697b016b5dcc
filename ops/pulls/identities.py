"""The identity of a job towards AWS: a token that GitHub signs, put where AWS clients look for it.

Source: GitHub, "OpenID Connect reference": `ACTIONS_ID_TOKEN_REQUEST_URL` and its token are there for jobs
with the right `id-token: write` alone.
"""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from modules.errors import ToolError
from ops.pulls.answers import accepted, send

AUDIENCE = "sts.amazonaws.com"
_URL, _TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"


def write_token(environ: Mapping[str, str], path: Path) -> None:
    """Fetch a token and write it into a file that only its owner can read; it is never printed.

    Raises
    ------
    ToolError
        The job has no right to one, or the answer is none.
    GitHubError
        GitHub gives none.
    """
    missing = [name for name in (_URL, _TOKEN) if not environ.get(name)]
    if missing:
        raise ToolError(f"{missing[0]}: not set; the job needs `permissions: id-token: write`")
    if urlsplit(environ[_URL]).scheme not in ("https", "http"):
        raise ToolError(f"{_URL}: is no address")
    address = f"{environ[_URL]}&{urllib.parse.urlencode({'audience': AUDIENCE})}"
    headers = {"Authorization": f"Bearer {environ[_TOKEN]}"}
    value = _value(urllib.request.Request(address, headers=headers))  # noqa: S310  (checked above)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(value, "ascii")


def _value(request: urllib.request.Request) -> str:
    answer = accepted(send(request, "identity"), "identity")
    try:
        found: Any = json.loads(answer.body)
    except ValueError:
        found = None
    value = found.get("value") if isinstance(found, dict) else None
    if not isinstance(value, str) or not value.isascii() or not value:
        raise ToolError("GitHub gives no identity: the answer holds no token; run the job again")
    return value
