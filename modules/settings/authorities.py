"""The file with the authorities of the database's certificate."""

from __future__ import annotations

from collections.abc import Iterator

from modules import facts
from modules.settings.files import Keys
from modules.settings.models import Settings

CONNECTION: Keys = ("database", "connection")
CA_FILE: Keys = (*CONNECTION, "ca_file")
_ABOUT = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html"
# The names of secrets that RDS manages begin with it. They contain username and password.
_MANAGED = ":secret:rds!"


def download(region: str) -> str:
    """The command that fetches the authorities of RDS and Aurora in a region."""
    address = facts.certificate_bundle(region)
    return f"curl --fail --output config/rds-{region}.pem {address}" if address else f"see {_ABOUT}"


def problems(settings: Settings) -> Iterator[tuple[Keys, str]]:
    """Report connections that can never be made: the function always verifies certificate and host name."""
    connection = settings.database.connection
    host = facts.database_host(connection.host or "")
    if host and not host.is_proxy and not connection.ca_file:
        text = (
            f"{connection.host!r} has a certificate of RDS's own authorities, which no default trust store "
            f"contains. Download them, and set the file as ca_file: {download(host.region)}"
        )
        yield (*CONNECTION, "host"), text
    missing = [key for key in ("host", "name") if not getattr(connection, key)]
    if _MANAGED in (connection.secret_arn or "") and missing:
        text = f"is a secret that RDS manages, with username and password alone; add {' and '.join(missing)}"
        yield (*CONNECTION, "secret_arn"), text
