"""What must not be printed: known by its name, or because it looks like a secret.

A plan holds sensitive values in clear text, so everything that leaves the review goes through
here: values, addresses, findings and error messages alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

_LINK = re.compile(r"(?i)(https?://)([^\s/?#@\"'<>`\\\])]+)(/[^\s\"'<>`\\\])]*)")
# Consoles, documentation and code: their paths are names, and no secrets.
_HARMLESS_HOST = re.compile(
    r"(?i)(?:[\w-]+\.)*(?:(?:console|docs|signin)\.(?:aws\.amazon|amazonaws)\.com(?:\.cn)?|aws\.amazon\.com"
    r"|(?:sqs|s3|monitoring|logs)(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?"
    r"|github\.com|gitlab\.com|bitbucket\.org|terraform\.io|hashicorp\.com|readthedocs\.io|json-schema\.org)"
)
_HOOK_HOST = re.compile(r"(?i)(?:[\w-]+\.)*(?:hooks?|webhooks?|maker\.ifttt)\.")
_HOOK_PATH = re.compile(r"(?i)/(?:hooks?|webhooks?|catch|incoming|triggers?|services/collector)/[^/]")
# Words on the way to a page that people read.
_PAGE = re.compile(
    r"(?i)/(?:docs?|display|spaces|onboarding|runbooks?|playbooks?|wiki|blob|tree|browse|pages|dashboards?|d|explore|issues?)/"
    r"|\.(?:md|html?|pdf|rst|txt)(?:[?#]|$)"
)
# Small letters, capitals and digits in one part of a path: nobody's choice of words, but for AWS2Lambda.
_NAMED = r"(?:[A-Z]{1,5}\d?[A-Z]?[a-z]{2,}\d{0,4})+(?:[/?#]|$)"
_DRAWN = re.compile(rf"/(?!{_NAMED})(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{{8,}}")
# A long part that mixes letters and digits may be one, too.
_MIXED = re.compile(r"(?i)(?<=/)(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{16,}")


def shortened(text: str, instead: str) -> str:
    """The text, with something instead of each path that looks like it carries a secret."""
    return _LINK.sub(lambda link: _told(link[1], link[2], link[3], instead), text)


def _told(scheme: str, host: str, path: str, instead: str) -> str:
    if _HARMLESS_HOST.fullmatch(host.partition(":")[0]):
        return f"{scheme}{host}{path}"
    if _carries(host, path):
        return f"{scheme}{host}/{instead}"
    return f"{scheme}{host}{path if _PAGE.search(path) else _MIXED.sub(instead, path)}"


def _carries(host: str, path: str) -> bool:
    """Whether an address is one that lets in who knows it."""
    if _HOOK_HOST.match(host) or _HOOK_PATH.search(path):
        return True
    return not _PAGE.search(path) and bool(_DRAWN.search(path.partition("#")[0]))


SENSITIVE = "(sensitive)"

_WORDS = (
    r"passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|routing[_-]?key"
    r"|integration[_-]?key|signing[_-]?key|app(?:lication)?[_-]?key|service[_-]?key|genie[_-]?key|account[_-]?key|credentials?"
    r"|authorization|webhook|connection[_-]?string|\bdsn\b|\bpwd\b"
    # As a word of its own, in db_pass and in dbPass.
    r"|(?<![a-z])pass(?![a-z]|[_-]?(?:rate|ratio|count|percent))|(?-i:(?<=[a-z])Pass(?![a-z]))"
)
_SECRET_NAME = re.compile(_WORDS, re.IGNORECASE)
# These only point to a secret, or speak of one.
_NO_SECRET_NAME = re.compile(
    r"(?i)(?:_arns?|_names?|_enabled|_days|_seconds|_type|_policy|_length)$|^(?:secret_id|client_token)$"
)
# Blocks whose entries are a name and a value, whatever is set by them.
_SETTINGS = re.compile(r"(?i)environment|(?:setting|set)$")
# Their values are where a figure is found, and no secrets.
_FIGURES = frozenset({"metric_transformation", "dimension", "dimensions"})

_REST_OF_URL = r"[^\s\"'<>`\\]+"
_HOOKS = (
    r"hooks\.slack(?:-gov)?\.com|[\w.-]*webhook\.office\.com|[\w.-]*\.logic\.azure\.com"
    r"|discord(?:app)?\.com/api/webhooks|events(?:\.eu)?\.pagerduty\.com|alert\.victorops\.com"
)
_TOKENS = (
    r"gh[pousr]_\w{16,}|github_pat_\w{16,}|xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}|glpat-[\w-]{16,}"
    r"|[sr]k_(?:live|test)_\w{10,}|sk-[\w-]{20,}|AIza[\w-]{30,}|npm_\w{30,}|key-[0-9a-f]{32}|hv[sb]\.[\w-]{20,}"
    r"|\w{14}\.atlasv1\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|dop_v1_\w{20,}"
)
# One entry of a mapping, in JSON, in JSON within a text, and in this project's own writing.
_IS = r"\\?[\"']?\s*[:=]\s*\\?[\"']?"
_NAME = rf"\b(?:name|key){_IS}[^\"'\\,;={{}}]{{0,100}}?(?:{_WORDS})[^\"'\\,;={{}}]{{0,100}}"
_VALUE = r"(?<=[\"'])[^\"'\\]+|(?<![\"'])[^\s\"',;{}\[\]\\]+"
# Where a metric is found is no secret, whatever the metric counts.
_BETWEEN = r"\\?[\"']?,(?:(?!namespace)[^{}\[\]]){0,200}?"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?s)-----BEGIN [A-Z ]*KEY( BLOCK)?-----.*?(?:-----END [A-Z ]*KEY( BLOCK)?-----|\Z)", SENSITIVE),
        (rf"(?i)(https?://(?:{_HOOKS})/){_REST_OF_URL}", rf"\1{SENSITIVE}"),
        (r"(?i)\b([a-z][a-z0-9+.-]*://)(?:[^\s@/:\"'<>]*:[^\s@\"'<>]+|[^\s/@:\"'<>]+)@", rf"\1{SENSITIVE}@"),
        (
            r"(?i)([?&;](?:[\w.-]*(?:token|sig|signature|key|secret|password|code|auth|credential)[\w.-]*)=)"
            r"[^&\s\"'<>]+",
            rf"\1{SENSITIVE}",
        ),
        # Of web addresses `shortened` has taken care.
        (
            r"(?i)((?<!http)(?<!https)://[^\s\"'<>]*?/)(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{16,}",
            rf"\1{SENSITIVE}",
        ),
        (r"(?i)(/bot)\d+:[\w-]+", rf"\1{SENSITIVE}"),
        (r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,16}", SENSITIVE),
        (r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?", SENSITIVE),
        (rf"\b(?:{_TOKENS})", SENSITIVE),
        (r"(?i)(?<![\w-])[0-9a-f]{32}(?![\w-])", SENSITIVE),
        # 40 characters of base64 with capitals, small letters and digits: a secret access key.
        (
            r"(?<![\w/+=-])(?=[\w/+]*[A-Z])(?=[\w/+]*[a-z])(?=[\w/+]*\d)[A-Za-z0-9/+]{40}(?![\w/+=-])",
            SENSITIVE,
        ),
        (r"(?i)\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}", rf"\1 {SENSITIVE}"),
        # The name says it, and the value stands beside it: {"name": "DB_PASSWORD", "value": "…"}.
        (rf"(?i)({_NAME}{_BETWEEN}\bvalue{_IS})(?:{_VALUE})", rf"\1{SENSITIVE}"),
        (rf"(?i)(\bvalue{_IS})(?:{_VALUE})(\\?[\"']?,\s*\\?[\"']?{_NAME})", rf"\1{SENSITIVE}\2"),
        # As commands and as people say it.
        (
            r"((?<![\w-])(?:mysql|mariadb)\w*\b[^|;&\n]{0,500}?\s-p)(?!\d{1,2}(?:\.\d+)?\b)[^\s\"';|&]+",
            rf"\1{SENSITIVE}",
        ),
        (r"(\bcurl\b[^|;&\n]{0,500}?\s(?:-u\s*|--user[\s=]+)[\"']?[^\s:\"']+:)[^\s\"']+", rf"\1{SENSITIVE}"),
        (
            r"(?i)\b((?:password|passwd|passphrase|passcode|pwd)\s+is:?\s+[\"'`]?)[^\s\"'`]+",
            rf"\1{SENSITIVE}",
        ),
        (
            r"(?i)\b((?:token|secret)\s+is:?\s+[\"'`]?)(?=[^\s\"'`]*\d)[^\s\"'`/]{4,}(?![^\s\"'`])",
            rf"\1{SENSITIVE}",
        ),
        (
            rf"(?i)((?<![\w-])(?!tokens:\s)[\w-]*(?:{_WORDS})[\w-]*(?:\\?[\"']\s*:\s*\\?[\"']?|\s*=\s*\\?[\"']?|:\s+\\?[\"']?))"
            r"[^\s\"',;&{}\[\]\\(][^\s\"',;&{}\[\]\\]{2,}",
            rf"\1{SENSITIVE}",
        ),
    )
)
# One pass tells that none of the above can be in a text: most texts are short and harmless.
_HINT = re.compile(
    rf"(?i)://|-----BEGIN|A[KSBC]IA|ACCA|eyJ|[0-9a-f]{{32}}|[a-z0-9/+]{{40}}|/bot\d|bearer|basic|passcode"
    rf"|mysql|mariadb|curl|{_WORDS}|{_TOKENS}"
)


def masked(text: str) -> str:
    """The text without what looks like a secret."""
    if not _HINT.search(text):
        return text
    if "://" in text:
        text = shortened(text, SENSITIVE)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


@cache
def is_secret_name(name: str) -> bool:
    """Whether an attribute or a key of this name holds a secret."""
    return bool(_SECRET_NAME.search(name)) and not _NO_SECRET_NAME.search(name)


@cache
def holds_secrets(name: str) -> bool:
    """Whether the values of a mapping of this name are nobody's business, such as environment variables."""
    return name.lower().endswith("variables")


def is_secret_entry(entry: Mapping[str, Any], block: str) -> bool:
    """Whether the `value` of an entry is a secret: by the name or key beside it, or by its block's name."""
    names = [entry[key] for key in ("name", "key") if isinstance(entry.get(key), str)]
    if not names or block in _FIGURES:
        return False
    return bool(_SETTINGS.match(block)) or any(map(is_secret_name, names))
