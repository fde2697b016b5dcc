"""CloudWatch Logs in front of the emulator, with what that lacks: saved queries, and keys for old groups.

Everything else passes through. Shapes of requests and answers are those of the API reference.
"""

from __future__ import annotations

import http.client
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

LOOPBACK = "127.0.0.1"
VARIABLE = "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"

Item = dict[str, Any]


class LogService:
    """What it keeps, and how it answers."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.queries: dict[str, Item] = {}
        self.keys: dict[str, str] = {}
        self._own: dict[str, Callable[[Item], Item]] = {
            "DescribeQueryDefinitions": self._describe_queries,
            "PutQueryDefinition": self._put_query,
            "AssociateKmsKey": self._associate,
        }

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        operation = headers.get("X-Amz-Target", "").rpartition(".")[2]
        told = json.loads(body or b"{}")
        if operation in self._own:
            return 200, json.dumps(self._own[operation](told)).encode()
        status, answered = self._passed_on(headers, body)
        return status, self._with_keys(answered) if operation == "DescribeLogGroups" else answered

    def _passed_on(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=60)
        try:
            connection.request("POST", "/", body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _with_keys(self, answered: bytes) -> bytes:
        page = json.loads(answered)
        for group in page.get("logGroups", ()):
            if group["logGroupName"] in self.keys:
                group["kmsKeyId"] = self.keys[group["logGroupName"]]
        return json.dumps(page).encode()

    def _describe_queries(self, told: Item) -> Item:
        start = told.get("queryDefinitionNamePrefix", "")
        return {"queryDefinitions": [one for one in self.queries.values() if one["name"].startswith(start)]}

    def _put_query(self, told: Item) -> Item:
        number = told.get("queryDefinitionId") or str(uuid.uuid4())
        kept = {key: told[key] for key in ("name", "queryString", "logGroupNames") if key in told}
        self.queries[number] = {"queryDefinitionId": number, "lastModified": 1_760_000_000_000, **kept}
        return {"queryDefinitionId": number}

    def _associate(self, told: Item) -> Item:
        self.keys[told["logGroupName"]] = told["kmsKeyId"]
        return {}


@contextmanager
def serving(service: LogService) -> Iterator[str]:
    """Serve on a free port of loopback; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = service.answer(dict(self.headers), body)
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
