"""`python -m ops pulls`: what the workflows call; `inspect`, `targets` and `roles` are of use elsewhere, too.

Exit status 0: fine; 1: a review must not pass, or a folder holds what it must not; 2: something is unusable.
What the commands need is imported when they run, so that `--help` answers at once.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modules.errors import ToolError

if TYPE_CHECKING:
    from ops.pulls.folders import Stack
    from ops.pulls.reviews import Outcome

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
EXIT_REFUSED = 1

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Folder = Annotated[Path, typer.Argument(help="The folder.")]
Names = Annotated[str, typer.Option(help="The stacks that are expected, as a JSON list.")]


@app.callback()
def about() -> None:
    """Review pull requests, deploy, and watch for drift: the steps of the workflows."""


@app.command()
def inspect(folder: Folder) -> None:
    """Check that a synthesized folder holds stacks as the generator makes them, and nothing else."""
    from ops.pulls.folders import InspectionError, inspected

    try:
        for name, stack in inspected(folder).items():
            count = sum(map(len, stack.tree.get("resource", {}).values()))
            print(
                f"{name}: {count} resources, {len(stack.archives)} archives; nothing that must not be there"
            )
    except InspectionError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(EXIT_REFUSED) from None


@app.command()
def receive(
    folder: Folder,
    run: Annotated[int, typer.Option(envvar="RUN_ID", help="The run that synthesized the pull request.")],
    outcomes: Annotated[Path, typer.Option(help="Where a refusal is put, for the comment.")],
) -> None:
    """Fetch what a pull request's job made, find out whose it is, and inspect it.

    Outputs: `number` (empty if there is nothing to review any more), `head`, `merged`, `stacks` (all that
    are expected), `live` (a matrix of those to plan against what is deployed), and `rest` (the others).
    """
    from ops.pulls.github import GitHub
    from ops.pulls.outputs import tell
    from ops.pulls.receipts import received
    from ops.pulls.reviews import keep

    receipt = received(GitHub.of(os.environ), run, folder, CONFIG)
    if receipt.refusal is not None:
        keep(receipt.refusal, outcomes)
    tell(os.environ, **receipt.outputs())


@app.command()
def newest() -> None:
    """Go on only if this run's commit still is the newest of its branch."""
    from ops.pulls.gates import require_newest
    from ops.pulls.github import GitHub

    print(f"{require_newest(GitHub.of(os.environ), os.environ)[:12]} is the newest commit")


@app.command()
def approval(
    env: Annotated[str, typer.Option(envvar="ENVIRONMENT", help="The environment to apply in.")],
) -> None:
    """Go on only if GitHub makes people approve what is applied in an environment."""
    from ops.pulls.gates import require_approval
    from ops.pulls.github import GitHub

    require_approval(GitHub.of(os.environ), env)
    print(f"{env}: people have to approve, and `main` alone is admitted")


@app.command()
def identity(file: Annotated[Path, typer.Argument(help="Where the token goes.")]) -> None:
    """Get this job's identity towards AWS, as the file that AWS_WEB_IDENTITY_TOKEN_FILE names."""
    from ops.pulls.identities import write_token

    write_token(os.environ, file)
    print("the identity is there")


@app.command()
def plan(
    folder: Folder,
    stack: Annotated[str, typer.Option(envvar="STACK", help="The stack.")],
    plans: Annotated[Path, typer.Option(help="Where the plan goes, as JSON.")],
    work: Annotated[Path, typer.Option(help="Where Terraform works, and leaves the plan as it applies it.")],
    base: Annotated[
        Path | None, typer.Option(help="What the base synthesizes: what the change itself touches.")
    ] = None,
) -> None:
    """Plan one stack against what is deployed. Output: `changed`, whether there is anything to apply."""
    from ops.pulls.folders import inspected
    from ops.pulls.outputs import tell
    from ops.pulls.plans import live
    from ops.pulls.targets import backend_of
    from ops.terraform import Terraform

    found = _of(inspected(folder), stack)
    before = inspected(base).get(stack) if base else None
    backend = backend_of(stack, CONFIG, os.environ)
    made = live(Terraform.found(ROOT), found, backend, work, plans, base=before)
    tell(os.environ, changed=made.changed)


@app.command()
def compare(
    folder: Annotated[Path, typer.Argument(help="The folder, with base/ and head/ in it.")],
    stacks: Names,
    plans: Annotated[Path, typer.Option(help="Where the plans go, as JSON.")],
    work: Annotated[Path, typer.Option(help="Where Terraform works.")],
) -> None:
    """Plan base and head of stacks, each against an empty state and without any identity."""
    from ops.pulls.folders import inspected
    from ops.pulls.plans import compared
    from ops.terraform import Terraform

    base, head = inspected(folder / "base"), inspected(folder / "head")
    terraform = Terraform.found(ROOT)
    for name in json.loads(stacks):
        compared(terraform, base.get(name), head.get(name), work, plans)
        print(f"{name}: planned")


@app.command()
def configure(
    commit: Annotated[str, typer.Option(envvar="COMMIT", help="The commit.")],
    plans: Annotated[Path, typer.Option(help="The plans, whose reviews tell if this cannot be done.")],
) -> None:
    """Lay the configuration of a commit over the one here, for the reviews that follow in this job."""
    from ops.pulls.configs import UNREADABLE, keep_spent, lay
    from ops.pulls.github import GitHub
    from ops.pulls.plans import remark
    from ops.pulls.texts import harmless

    keep_spent(plans, CONFIG, os.environ)
    reason = lay(GitHub.of(os.environ), commit, CONFIG)
    if reason:
        remark(plans, UNREADABLE)
    print(harmless(reason) or "the configuration of the change is in place")


@app.command()
def review(
    plans: Annotated[Path, typer.Argument(help="The folder of plans.")],
    outcomes: Annotated[Path, typer.Option(help="Where the reviews go.")],
) -> None:
    """Review every plan, show the reviews on the run's page, and end with the worst exit status."""
    from ops.pulls.outputs import summarize
    from ops.pulls.reviews import keep, parts, worst
    from ops.pulls.reviews import outcomes as reviewed

    found = {one.stack: one for one in reviewed(plans)}
    for one in found.values():
        keep(one, outcomes)
        print(f"{one.stack}: {one.status}")
    summarize(os.environ, "\n\n".join(parts(found, ())))
    _end(worst(found, ()))


@app.command()
def report(
    outcomes: Folder,
    pull: Annotated[int, typer.Option(envvar="PULL", help="The pull request.")],
    commit: Annotated[str, typer.Option(envvar="COMMIT", help="The commit that was reviewed.")],
    stacks: Names,
) -> None:
    """Put the reviews into the one comment of a pull request, and the result on its commit."""
    from ops.pulls.comments import put
    from ops.pulls.github import GitHub
    from ops.pulls.outputs import run_url
    from ops.pulls.reviews import parts, worst
    from ops.pulls.statuses import set_status

    github, url = GitHub.of(os.environ), run_url(os.environ)
    expected = json.loads(stacks)
    found = _read(outcomes)
    status = worst(found, expected)
    link = f" · [run]({url})" if url else ""
    print(f"comment: {put(github, pull, parts(found, expected), f'_For commit {commit[:12]}{link}_')}")
    print(f"status: {set_status(github, commit, status, url)}")
    _end(status)


@app.command()
def drift(outcomes: Folder, stacks: Names) -> None:
    """Open, change or close the one issue about what differs from the configuration."""
    from ops.pulls.drifts import tell
    from ops.pulls.github import GitHub
    from ops.pulls.outputs import run_url

    url = run_url(os.environ)
    footer = f"_[The run that found this]({url})_" if url else ""
    print(f"issue: {tell(GitHub.of(os.environ), _read(outcomes), json.loads(stacks), footer)}")


@app.command()
def fetch(
    folder: Folder,
    run: Annotated[int, typer.Option(envvar="RUN_ID", help="The run.")],
    prefix: Annotated[str, typer.Option(help="How the names of the artifacts begin.")] = "",
    name: Annotated[
        str | None, typer.Option(help="The name of the one artifact that has to be there.")
    ] = None,
) -> None:
    """Unpack the artifacts of a run, with the care that strangers' files need."""
    from ops.pulls.archives import fetch as unpacked
    from ops.pulls.github import GitHub

    def wanted(found: str) -> bool:
        return found.startswith(prefix) if name is None else found == name

    names = unpacked(GitHub.of(os.environ), run, wanted, folder)
    if name is not None and not names:
        raise ToolError(f"run {run}: has no artifact {name}, or none any more; run its job again")
    print(*names or ["no artifact"], sep="\n")


@app.command()
def targets() -> None:
    """Print the targets that workflows plan and deploy. Outputs: `targets`, a matrix, and `stacks`."""
    from ops.pulls.outputs import tell
    from ops.pulls.targets import every, left_out, matrix, reachable

    pairs = every(CONFIG, os.environ)
    print(*left_out(pairs), sep="\n", file=sys.stderr)
    found = matrix(reachable(pairs))
    tell(os.environ, targets=found, stacks=[entry["stack"] for entry in found])


@app.command()
def roles(
    env: Annotated[str, typer.Option(help="The environment.")],
    repository: Annotated[
        str | None,
        typer.Option(help="Owner and name, as the claim `sub` of GitHub has them. Not with HCP Terraform."),
    ] = None,
    account: Annotated[str | None, typer.Option(help="The account, where there are several.")] = None,
    out: Annotated[Path, typer.Option(help="The folder that synth wrote.")] = ROOT / "cdktf.out",
) -> None:
    """Print the two roles of an environment as Terraform: one that plans, and one that applies."""
    from ops.pulls.roles import terraform_of

    print(terraform_of(env, repository, account=account, out=out, config=CONFIG, environ=os.environ))


def _of(stacks: dict[str, Stack], name: str) -> Stack:
    if name not in stacks:
        raise ToolError(f"{name}: is not in this folder; it holds {', '.join(stacks)}")
    return stacks[name]


def _read(folder: Path) -> dict[str, Outcome]:
    from ops.pulls.reviews import read

    return read(folder)


def _end(status: int) -> None:
    if status:
        raise typer.Exit(status)
