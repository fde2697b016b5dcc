"""An AWS on this machine, for tests: ministack, in an environment and a process of its own.

`make ops/emulator/.venv/ready` installs it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from modules.errors import ToolError

PROGRAM = Path(__file__).parent / ".venv" / "bin" / "ministack"
LOOPBACK = "127.0.0.1"
REGION = "us-east-1"
LONGEST_START_SECONDS = 60
LONGEST_END_SECONDS = 10


@dataclass
class Emulator:
    """A running emulator; use it as a context, which ends its process.

    Attributes
    ----------
    folder
        Where it keeps its log and whatever it writes.
    """

    folder: Path
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        """The variables that point an AWS client, Terraform's provider among them, to it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def __enter__(self) -> Emulator:
        """Start it on a free port of loopback and wait until it answers."""
        if not PROGRAM.exists():
            raise ToolError("the AWS emulator is missing: run `make ops/emulator/.venv/ready`")
        self.port = _free_port()
        place = {"BIND_HOST": LOOPBACK, "GATEWAY_PORT": str(self.port)}
        with (self.folder / "emulator.log").open("wb") as log:
            self._process = subprocess.Popen(
                [PROGRAM], cwd=self.folder, env=os.environ | place, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self._end()

    def _wait(self) -> None:
        deadline = time.monotonic() + LONGEST_START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise ToolError(f"the AWS emulator ended at once:\n{self._said()}")
            try:
                urllib.request.urlopen(self.url, timeout=1).close()  # noqa: S310  (our own loopback address)
            except OSError as error:
                if getattr(error, "code", None):
                    return  # an HTTP error is an answer too
                time.sleep(0.1)
            else:
                return
        raise ToolError(f"the AWS emulator does not answer:\n{self._said()}")

    def _said(self) -> str:
        return (self.folder / "emulator.log").read_text("utf-8", "replace")[-2000:]

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(LONGEST_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
