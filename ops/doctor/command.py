"""`python -m ops doctor`: whether a deployed target is complete, and what to do where it is not.

Exit status 0: every target was checked, without findings; 1: findings, or something that could not be
checked; 2: the input cannot be used, or AWS does not take the credentials.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from modules.catalog import every_target
from modules.catalog.context import UNTOLD_ACCOUNT
from modules.errors import ToolError
from modules.settings import Settings, load
from modules.spec.system import Monitoring

CONFIG = Path(__file__).parents[2] / "config"
EXIT_FINDINGS = 1


def doctor(
    *,
    env: Annotated[str, typer.Option(help="The environment: the name of its file in config/.")],
    after_deploy: Annotated[
        bool, typer.Option("--after-deploy", help="Check what a deployment leaves to people and to traffic.")
    ] = False,
    target: Annotated[str | None, typer.Option(help="Only this target, by its name or region.")] = None,
) -> None:
    """Check a deployed environment: subscriptions, alarms, secrets and metrics. It only reads."""
    if not after_deploy:
        raise ToolError("ops doctor: no set of checks is chosen; add --after-deploy")
    (settings,) = load((env,), CONFIG, os.environ)
    healthy = [_is_healthy(settings, monitoring) for monitoring in _chosen(settings, target)]
    if not all(healthy):
        raise typer.Exit(EXIT_FINDINGS)


def _chosen(settings: Settings, label: str | None) -> list[Monitoring]:
    """The content of one target, or of all."""
    plans = every_target([settings])
    labels = [target.label for target in settings.targets]
    if label is not None and label not in labels:
        raise ToolError(f"--target: {label} is not a target; known: {', '.join(labels)}")
    return [
        monitoring
        for name, (_, monitoring) in zip(labels, plans, strict=True)
        if label is None or name == label
    ]


def _is_healthy(settings: Settings, monitoring: Monitoring) -> bool:
    """Check one target and print its report."""
    from ops.doctor.expectations import expectations  # what follows asks AWS: mistakes are reported first
    from ops.doctor.gathering import Account, examine
    from ops.doctor.reports import report

    configured = monitoring.place.account
    account = Account.found(monitoring.place.region)
    place = account.place()
    print(f"{monitoring.stack} (account {place.number}, {place.region})")
    if configured not in (UNTOLD_ACCOUNT, place.number):
        print(f"  skipped: its account is {configured}; use credentials of that account")
        return False
    result = examine(account, expectations(settings, monitoring, place), datetime.now(UTC))
    for line in report(result):
        print(line)
    return result.is_healthy
