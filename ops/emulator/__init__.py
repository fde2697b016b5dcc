"""An AWS on this machine: ministack, in an environment and a process of its own.

`make ops/emulator/.venv/ready` installs it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from modules.errors import ToolError
from ops.processes import Recorded, end

PROGRAM = Path(__file__).parent / ".venv" / "bin" / "python"
SERVE = Path(__file__).parent / "serve.py"
LOOPBACK = "127.0.0.1"
REGION = "us-east-1"
LONGEST_START_SECONDS = 60
# Asked without a proxy, whatever the machine's environment says.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


@dataclass
class Emulator:
    """An emulator; as a context it runs, and its end ends the process.

    Attributes
    ----------
    folder
        Where it keeps its log and whatever it writes.
    authorities
        A file of certificates: whom it trusts when it calls an HTTPS endpoint, and its functions too.
    guarded
        Whether policies are enforced: a function may do what its role allows, and no more.
    """

    folder: Path
    port: int = 0
    authorities: Path | None = None
    guarded: bool = False
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

    @property
    def process(self) -> int | None:
        """The number of its process, while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if self._process and running else None

    def start(self) -> int:
        """Start it on a free port of loopback and wait until it answers; returns its process's number.

        It has a session of its own, so that Ctrl-C reaches the command that started it, and not it.

        Raises
        ------
        ToolError
            It is not installed, or does not start.
        """
        require()
        self.port = self.port or _free_port()
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [PROGRAM, SERVE],
                cwd=self.folder,
                env=_environ() | self._own_environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait(self._process)
        return self._process.pid

    def __enter__(self) -> Emulator:
        """Start it."""
        try:
            self.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.end()

    def end(self) -> None:
        """End its process, and whatever function still runs in a process of its own."""
        if self._process is not None and self._process.poll() is None:
            end([Recorded.of("emulator", self._process.pid)])
            self._process.wait()  # it was, by its number: this makes the object know

    @property
    def _log(self) -> Path:
        return self.folder / "emulator.log"

    def _own_environ(self) -> dict[str, str]:
        place = {
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(self.port),
            "AUTH": str(self.guarded).lower(),
            "TMPDIR": str((self.folder / "tmp").resolve()),
        }
        return place | ({"SSL_CERT_FILE": str(self.authorities.resolve())} if self.authorities else {})

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + LONGEST_START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise ToolError(f"the AWS emulator ended at once:\n{self._said()}")
            try:
                _open(self.url, timeout=1).close()
            except OSError as error:
                if getattr(error, "code", None):
                    return  # an HTTP error is an answer too
                time.sleep(0.1)
            else:
                return
        raise ToolError(f"the AWS emulator does not answer:\n{self._said()}")

    def _said(self) -> str:
        return self._log.read_text("utf-8", "replace")[-2000:]


def require() -> None:
    """Refuse to go on without the emulator.

    Raises
    ------
    ToolError
        It is not installed.
    """
    if not PROGRAM.exists():
        raise ToolError("the AWS emulator is missing: run `make ops/emulator/.venv/ready`")


def without_aws(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment in which nothing can reach an AWS account, and loopback is reached without proxy."""
    kept = {name: value for name, value in environ.items() if not name.startswith("AWS_")}
    files = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    direct = ",".join(
        filter(None, (environ.get("NO_PROXY"), environ.get("no_proxy"), f"{LOOPBACK},localhost"))
    )
    return kept | files | {"NO_PROXY": direct, "no_proxy": direct}


def _environ() -> dict[str, str]:
    return without_aws(os.environ)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
