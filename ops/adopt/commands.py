"""Commands of the AWS CLI for people to run."""

from __future__ import annotations

import shlex


def command(service: str, operation: str, region: str = "", **options: str) -> str:
    """One command on one line, quoted as a shell needs it."""
    words = ["aws", service, operation]
    for name, value in options.items():
        words += [f"--{name.replace('_', '-')}", value]
    return shlex.join([*words, *(["--region", region] if region else [])])
