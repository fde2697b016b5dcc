"""Generate the Terraform of every chosen environment into cdktf.out/.

Composition only: settings → catalog → one stack per target → policies on the result → into place.
Exit status 0: generated; 1: the result breaks a policy; 2: the input cannot be used.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from modules.errors import ConfigError, MonitoringError, PolicyError

ROOT = Path(__file__).parent
EXIT_POLICY, EXIT_INPUT, EXIT_TERMINATED = 1, 2, 143


def run(root: Path, environ: Mapping[str, str], today: date) -> str:
    """Generate, check, move into place; returns the report.

    Raises
    ------
    MonitoringError
        Nothing was written then.
    """
    from modules.catalog import every_target
    from modules.settings import environments, load

    config = root / "config"
    names = tuple(environ.get("ENV", "").replace(",", " ").split()) or environments(config)
    plans = every_target(load(names, config, environ))
    from modules.synthesis import synthesize  # cdktf takes a second to import: mistakes are told first

    return synthesize(plans, Path(environ.get("CDKTF_OUTDIR") or root / "cdktf.out"), root, today)


def main() -> int:
    """Run as a command. A SIGTERM ends it as an exception does, so that nothing is left aside."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))
    try:
        print(run(ROOT, os.environ, datetime.now(UTC).date()))
    except PolicyError as error:
        print(error, file=sys.stderr)
        return EXIT_POLICY
    except ConfigError as error:
        count = len(error.problems)
        print(error, f"{count} mistake{'s' * (count > 1)}; nothing was written.", sep="\n", file=sys.stderr)
        return EXIT_INPUT
    except MonitoringError as error:
        print(error, file=sys.stderr)
        return EXIT_INPUT
    except OSError as error:
        print(f"{error.filename or 'cdktf.out'}: {error.strerror}; make it writable", file=sys.stderr)
        return EXIT_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main())
