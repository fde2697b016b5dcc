"""Serve the emulator, with what it lacks for real Terraform mended: its own Python runs this file.

- ``Subscribe`` with ``ReturnSubscriptionArn`` answers the subscription's ARN, as AWS does. Without that
  Terraform waits in vain for a subscription of PagerDuty's kind to be confirmed.
- The log never holds the key in the address of an HTTPS subscriber.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

_KEY = re.compile(r"(https?://[^/\s]+/integration/)[^/\s]+")
_PENDING = b"<SubscriptionArn>pending confirmation</SubscriptionArn>"

Answer = tuple[int, dict[str, str], bytes]
Subscribe = Callable[[dict[str, Any]], Answer]


def telling_the_arn(sns: Any) -> Subscribe:
    """The emulator's ``Subscribe``, with the ARN in its answer where the caller asks for it."""
    subscribe: Subscribe = sns._subscribe

    def mended(params: dict[str, Any]) -> Answer:
        status, headers, body = subscribe(params)
        if _PENDING in body and sns._p(params, "ReturnSubscriptionArn") == "true":
            topic, _ = sns._get_topic(sns._p(params, "TopicArn"))
            wanted = (sns._p(params, "Protocol"), sns._p(params, "Endpoint"))
            made = next(one for one in topic["subscriptions"] if (one["protocol"], one["endpoint"]) == wanted)
            body = body.replace(_PENDING, f"<SubscriptionArn>{made['arn']}</SubscriptionArn>".encode())
        return status, headers, body

    return mended


def without_keys(record: logging.LogRecord) -> bool:
    """Let every record pass, but hide the keys in addresses."""
    record.msg, record.args = _KEY.sub(r"\1…", record.getMessage()), ()
    return True


def main() -> None:
    """Mend, then serve until the end."""
    app: Any = import_module("ministack.app")
    sns: Any = import_module("ministack.services.sns")
    sns._subscribe = telling_the_arn(sns)
    logging.getLogger("sns").addFilter(without_keys)
    app.main()


if __name__ == "__main__":
    main()
