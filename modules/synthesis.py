"""From plain values to files: synthesize aside, check, then move into place."""

from __future__ import annotations

import json
import os
import ssl
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from modules.constructs._bindings import choose_node
from modules.errors import ConfigError, PolicyError, Problem
from modules.naming import FIRST_REGION
from modules.packaging import Archive, archive_file, package
from modules.policy_context import policy_context
from modules.report import report, told
from modules.settings import Settings, authorities
from modules.settings.problems import dotted
from modules.spec.functions import OwnFunction
from modules.spec.system import Monitoring
from policies import Finding, check, errors

Plan = tuple[Settings, Monitoring]
STACK_FILE = "cdk.tf.json"
MANIFEST = "manifest.json"
SOURCES = Path(__file__).parent.parent / "lambda_src"


def synthesize(plans: Sequence[Plan], out: Path, root: Path, today: date) -> str:
    """Write the stacks of all plans below `out`, or nothing.

    Returns
    -------
    str
        What was generated, as text for people.

    Raises
    ------
    PolicyError
        A stack breaks a rule of level error.
    """
    named = {monitoring.stack: (settings, monitoring) for settings, monitoring in plans}
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".synth-", dir=out.parent) as folder:
        stacks = terraform(named, Path(folder))
        findings = {name: check(stacks[name], policy_context(*plan, today)) for name, plan in named.items()}
        _refuse(findings)
        move_into_place(Path(folder), out)
    return report(named, stacks, findings, _shown(out, root))


def terraform(named: Mapping[str, Plan], folder: Path) -> dict[str, Any]:
    """Synthesize into an empty folder; returns each stack's Terraform."""
    choose_node()
    from cdktf import App

    from modules.stack import MonitoringStack

    app = App(outdir=str(folder))
    for name, (settings, monitoring) in named.items():
        archives = _archives(settings, monitoring, folder / "stacks" / name)
        MonitoringStack(app, name, monitoring, settings, archives)
    app.synth()
    return {name: json.loads((folder / "stacks" / name / STACK_FILE).read_text("utf-8")) for name in named}


def _archives(settings: Settings, monitoring: Monitoring, stack: Path) -> dict[str, Archive]:
    """The archives of a stack's functions, in the stack's folder, by their folder in lambda_src/."""
    functions = {function.source: function for function in monitoring.functions}
    return {
        source: package(SOURCES / source, stack / archive_file(source), _added(settings, function))
        for source, function in sorted(functions.items())
    }


def _added(settings: Settings, function: OwnFunction) -> dict[str, bytes]:
    """Return what configuration adds to a function's archive.

    Raises
    ------
    ConfigError
        A file that it names cannot be read or contains no certificate.
    """
    copied = {name: _certificates(settings, path) for name, path in function.copied.items()}
    return copied | {name: text.encode() for name, text in function.files.items()}


def _certificates(settings: Settings, path: str) -> bytes:
    """The content of a file of certificates that OpenSSL accepts, as it has to in the function."""
    file = SOURCES.parent / path
    try:
        content = file.read_bytes()
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except OSError as error:  # an SSLError is one
        is_content = isinstance(error, ssl.SSLError)
        problem = "contains no certificate in PEM" if is_content else f"cannot be read: {error.strerror}"
    else:
        return content
    command = authorities.download(settings.targets[0].region or FIRST_REGION)
    text = f"{path!r} {problem}; for RDS and Aurora, download it: {command}"
    raise ConfigError([Problem(settings.file_of(*authorities.CA_FILE), dotted(authorities.CA_FILE), text)])


def _refuse(findings: Mapping[str, Sequence[Finding]]) -> None:
    broken = {name: errors(found) for name, found in findings.items() if errors(found)}
    if broken:
        lines = [line for name, found in broken.items() for line in (name, *told(found))]
        count = sum(map(len, broken.values()))
        end = f"{count} finding{'s' * (count > 1)} of level error; nothing was written."
        raise PolicyError("\n".join((*lines, end)))


def move_into_place(source: Path, out: Path) -> None:
    """Replace files one by one, so that Terraform's own files in a stack's folder stay.

    The manifest comes last: until then it lists what was there before.
    """
    files = sorted(path for path in source.rglob("*") if path.is_file())
    for path in sorted(files, key=lambda path: path.name == MANIFEST):
        target = out / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)


def _shown(out: Path, root: Path) -> str:
    return str(out.relative_to(root)) if out.is_relative_to(root) else str(out)
