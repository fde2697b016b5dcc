"""Web addresses in texts: which of them carry a secret in their path, as webhooks do."""

from __future__ import annotations

import re

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
