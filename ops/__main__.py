"""The command line: `python -m ops COMMAND`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from modules.errors import MonitoringError
from ops import rules as rules_table
from ops import schema as schema_file
from ops.acceptance.command import acceptance
from ops.adopt.command import adopt
from ops.cost.command import cost
from ops.doctor.command import doctor
from ops.local.commands import app as local
from ops.opa.command import opa
from ops.package import package_all
from ops.pulls.commands import app as pulls
from ops.review.command import command as review
from ops.terraform import Terraform
from ops.validate import validate_all

ROOT = Path(__file__).parent.parent
EXIT_INPUT = 2

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(local, name="local")
app.command(name="review")(review)
app.command(name="cost")(cost)
app.command(name="adopt")(adopt)
app.command(name="doctor")(doctor)
app.command(name="opa")(opa)
app.command(name="acceptance")(acceptance)
app.add_typer(pulls, name="pulls")


@app.callback()
def about() -> None:
    """Work around the generator: check what it made, keep its files current."""


@app.command()
def validate(
    out: Annotated[Path, typer.Option(help="The folder that synth wrote.")] = ROOT / "cdktf.out",
) -> None:
    """Let Terraform check every synthesized stack with the real AWS provider."""
    for name in validate_all(out, Terraform.found(ROOT)):
        print(f"{name}: valid")


@app.command()
def package(
    out: Annotated[Path, typer.Option(help="Where the archives go.")] = ROOT / "build",
) -> None:
    """Write the archive of every function, byte for byte as synth does."""
    for line in package_all(ROOT / "lambda_src", out):
        print(line)


@app.command()
def schema() -> None:
    """Write config/schema.json, with which editors check the configuration while it is typed."""
    path = ROOT / "config" / "schema.json"
    path.write_text(schema_file.text(), "utf-8")
    print(f"{path.relative_to(ROOT)} is current")


@app.command()
def picture() -> None:
    """Draw the Slack message that the docs show, from what the notifier really sends."""
    from ops.picture import write  # starts a process; the other commands need none of it

    print(f"{write(ROOT).relative_to(ROOT)} is current")


@app.command()
def rules() -> None:
    """Print every policy as a Markdown table, as the README shows it."""
    print(rules_table.markdown())


def main() -> int:
    """Run a command; a mistake of the user's ends in its message."""
    try:
        app()
    except MonitoringError as error:
        print(error, file=sys.stderr)
        return EXIT_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main())
