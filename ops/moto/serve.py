"""Serve moto in the place of the emulator: its own Python runs this file, with the emulator's variables."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

ACCOUNT = "000000000000"
"""The account of the local target; moto has another one unless it is told."""


def main() -> None:
    """Serve until the end."""
    os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT
    server: Any = import_module("moto.server")
    server.main(["--host", os.environ["BIND_HOST"], "--port", os.environ["GATEWAY_PORT"]])


if __name__ == "__main__":
    main()
