"""What a secret looks like where it stands in plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WEBHOOK = (
    r"https?://(?:hooks\.slack(?:-gov)?\.com|events(?:\.\w+)?\.pagerduty\.com"
    r"|[\w.-]+/api/webhooks|[\w.-]+/webhookb2)/\w"
)
_ASSIGNED = (
    r"(?i)(?:password|passwd|pwd|secret|api_?key|access_?key|token)[\"']?\s*[=:]\s*"
    r"[\"']?[^\s$\"',;&]{4}"
)
LOOKS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.ASCII)
    for name, pattern in {
        "the address of a webhook": _WEBHOOK,
        "an access key of AWS": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        "a private key or a certificate": r"-----BEGIN [A-Z0-9 ]+-----",
        "a token of Slack": r"\bxox[a-z]-[\w-]{10}|\bxapp-\d-",
        "a token of GitHub": r"\b(?:gh[a-z]_|github_pat_)\w{20}",
        "a signed token": r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.",
        "an address with a password": r"\w://[^\s/:@]*:[^\s/:@$]+@",
        "a password": _ASSIGNED,
    }.items()
}
NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?"
    r"|(?:API|ACCESS|PRIVATE|ROUTING|INTEGRATION)_?KEY|WEBHOOK(?:_UR[LI])?)$",
    re.IGNORECASE,
)
# What names a secret without being one.
REFERENCE = re.compile(r"\$\{[^}]*\}")
ARN = re.compile(r"\barn:[\w$-]*:[\w-]*:[^\s\"',;]*", re.ASCII)


def secret_in(name: str, value: str) -> str | None:
    """What a variable gives away, in words; `None` if nothing. ARNs and references give nothing away."""
    said = ARN.sub("", REFERENCE.sub("$", value))
    for kind, pattern in LOOKS.items():
        if pattern.search(said):
            return kind
    return "a value under the name of a secret" if said.strip("$") and NAME.search(name) else None
