"""Serve the emulator, with what it lacks for real Terraform mended: its own Python runs this file.

- ``Subscribe`` with ``ReturnSubscriptionArn`` answers the subscription's ARN, as AWS does. Without that
  Terraform waits in vain for a subscription of PagerDuty's kind to be confirmed.
- ``DeleteMessageBatch`` and its like need the permission for a single message, as on AWS (Service
  Authorization Reference, "Actions defined by Amazon SQS"); the emulator asks for one that nobody can have.
- ``PutMetricData`` tells policies its namespace, as on AWS (Service Authorization Reference, "Condition keys
  for Amazon CloudWatch").
- A request from this machine counts as one over TLS, on which our policies insist.
- Idle connections stay open. The server would close one after 75 s, also when a request is just coming
  in, whose answer is lost then; Terraform asks again, and is told that the thing exists already.
- ``DeleteSecret`` of a secret that waits for its deletion answers as the first time. A client whose answer is
  lost on a busy machine asks again, and Terraform would give up on the error.
- A call that a client makes again, for want of an answer, is answered as before: its attempts carry one
  ``amz-sdk-invocation-id``. On a busy machine an answer is lost now and then.
- The log never holds the key in the address of an HTTPS subscriber.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

_KEY = re.compile(r"(https?://[^/\s]+/integration/)[^/\s]+")
_PENDING = b"<SubscriptionArn>pending confirmation</SubscriptionArn>"

_IDLE_SECONDS = 86_400.0

_INVOCATION = b"amz-sdk-invocation-id"
_MOST_REMEMBERED = 1_000

Serve = Callable[[Any, Any, Any], Awaitable[None]]
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


def of_single_messages(actions: Any) -> Callable[..., str | None]:
    """The emulator's way to tell which action a request needs, without actions that AWS does not know."""
    extract: Callable[..., str | None] = actions.extract_iam_action

    def mended(service: str, *arguments: Any, **named: Any) -> str | None:
        action = extract(service, *arguments, **named)
        return action.removesuffix("Batch") if action and service in ("sqs", "sns") else action

    return mended


def with_namespaces(actions: Any) -> Callable[..., dict[str, Any]]:
    """The emulator's way to tell policies of a request's tags, and of the namespace of metrics."""
    tags: Callable[..., dict[str, Any]] = actions.request_tag_context

    def mended(service: str, action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        found = tags(service, action, body, params)
        if action == "cloudwatch:PutMetricData":
            found |= {"cloudwatch:namespace": namespace(body, params)}
        return found

    return mended


def namespace(body: bytes, params: dict[str, Any]) -> str:
    """The namespace in a request, whichever of CloudWatch's three protocols it speaks."""
    named = params.get("Namespace")
    if named:
        return str(named[0] if isinstance(named, list) else named)
    try:
        read = json.loads if body[:1] == b"{" else import_module("cbor2").loads
        return str(read(body)["Namespace"])
    except (ValueError, KeyError, TypeError):
        return ""


def deleting_again(secrets: Any) -> Callable[[dict[str, Any]], Answer]:
    """The emulator's ``DeleteSecret``, which may be asked for twice."""
    delete: Callable[[dict[str, Any]], Answer] = secrets._delete_secret

    def mended(data: dict[str, Any]) -> Answer:
        _, secret = secrets._resolve(data.get("SecretId"))
        if not secret or not secret.get("DeletedDate") or data.get("ForceDeleteWithoutRecovery"):
            return delete(data)
        told = {"ARN": secret["ARN"], "Name": secret["Name"], "DeletionDate": secret["DeletedDate"]}
        answer: Answer = secrets.json_response(told)
        return answer

    return mended


def remembering(serve: Serve) -> Serve:
    """The emulator as an ASGI application; another attempt at a call that succeeded gets the same answer."""
    answers: dict[bytes, asyncio.Future[list[Any]]] = {}

    async def mended(scope: Any, receive: Any, send: Any) -> None:
        invocation = dict(scope.get("headers") or ()).get(_INVOCATION)
        if invocation in answers:
            for message in await answers[invocation]:
                await send(message)
        elif invocation is None:
            await serve(scope, receive, send)
        else:
            await first(invocation, scope, receive, send)

    async def first(invocation: bytes, scope: Any, receive: Any, send: Any) -> None:
        messages: list[Any] = []
        done = answers[invocation] = asyncio.get_running_loop().create_future()

        async def noting(message: Any) -> None:
            messages.append(message)
            await send(message)

        try:
            await serve(scope, receive, noting)
        finally:
            done.set_result(messages)
            if not any(str(message.get("status", "")).startswith("2") for message in messages):
                answers.pop(invocation, None)  # a client may well try again what was refused
            for oldest in [*answers][:-_MOST_REMEMBERED]:
                del answers[oldest]

    return mended


def patient(config: type) -> type:
    """The server's configuration, with connections that stay open whatever the emulator sets."""
    stays = property(lambda _: _IDLE_SECONDS, lambda _self, _seconds: None)
    return type("Patient", (config,), {"keep_alive_timeout": stays})


def main() -> None:
    """Mend, then serve until the end."""
    app: Any = import_module("ministack.app")
    sns: Any = import_module("ministack.services.sns")
    actions: Any = import_module("ministack.core.iam_actions")
    secrets: Any = import_module("ministack.services.secretsmanager")
    sns._subscribe = telling_the_arn(sns)
    secrets._delete_secret = deleting_again(secrets)
    actions.extract_iam_action = of_single_messages(actions)
    actions.request_tag_context = with_namespaces(actions)
    app.app = remembering(app.app)
    pin = app.pin_request_origin
    app.pin_request_origin = lambda address, _secure: pin(address, secure_transport=True)
    logging.getLogger("sns").addFilter(without_keys)
    servers: Any = import_module("hypercorn.config")
    servers.Config = patient(servers.Config)
    app.main()


if __name__ == "__main__":
    main()
