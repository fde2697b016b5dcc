"""Certificates for servers on loopback, from an authority that is made for one run."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme

from ops.emulator import LOOPBACK


class Authority:
    """A certificate authority; its key is nowhere but in this process."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="Stand-ins of one run")

    def write(self, path: Path) -> None:
        """Write the certificate with which others check ours, after those that are there already."""
        with path.open("ab") as file:
            file.write(self._authority.cert_pem.bytes())

    def server_context(self) -> ssl.SSLContext:
        """What a server on loopback shows to its clients."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(LOOPBACK).configure_cert(context)
        return context
