"""What docs/hcp.md says is true of what synth writes, and its scripts do what it says."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.synthesis import terraform
from ops.pulls.targets import role_arn
from ops.pulls.trusts import trusts
from tests.builders import ROOT, good_settings, monitorings, shipped
from tests.opa.hcp_stand_in import TOKEN, Hcp, standing_in
from tests.opa.judges import RULES as BY_POLICY
from tests.tools import without

Tree = dict[str, Any]
PAGE = (ROOT / "docs" / "hcp.md").read_text("utf-8")
SCRIPTS = dict(re.findall(r"```bash\n# ([\w-]+\.sh)[^\n]*\n(.*?)```", PAGE, re.DOTALL))
STACK = "scheduling-agent-us-east-1"
TOOLS = ("bash", "curl", "git", "gzip", "jq", "tar")


@pytest.fixture(scope="module")
def cloud() -> Tree:
    """The configuration that the page shows."""
    (shown,) = re.findall(r"```yaml\n# config/prod.yaml\n(.*?)```", PAGE, re.DOTALL)
    found: Tree = yaml.safe_load(shown)
    return found


@pytest.fixture(scope="module")
def synthesized(cloud: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as synth writes it with that configuration."""
    folder = Path(tmp_path_factory.mktemp("synth"))
    settings = good_settings({**cloud, "routes": {"critical": {"pagerduty": True}}})
    terraform({one.stack: (settings, one) for one in monitorings(settings)}, folder / "cdktf.out")
    return folder


def program(name: str) -> str:
    return shutil.which(name) or without(f"{name} is missing")


def said(folder: Path, *command: str) -> str:
    """What a program prints in a folder."""
    return subprocess.run(
        [program(command[0]), *command[1:]], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def project(synthesized: Path, tmp_path: Path) -> Path:
    """A copy of it, with what Terraform leaves in a stack's folder."""
    for tool in TOOLS:
        program(tool)
    if "GNU" not in said(tmp_path, "tar", "--version"):
        without("tar is not GNU's")
    shutil.copytree(synthesized, tmp_path / "project")
    stack = tmp_path / "project" / "cdktf.out" / "stacks" / STACK
    (stack / ".terraform" / "providers").mkdir(parents=True)
    (stack / ".terraform" / "providers" / "large").write_text("a provider")
    (stack / ".terraform.lock.hcl").write_text("of this machine")
    (stack / "terraform.tfstate").write_text("secrets")
    return tmp_path / "project"


@pytest.fixture
def hcp() -> Iterator[Hcp]:
    with standing_in() as found:
        yield found


def run(name: str, folder: Path, hcp: Hcp | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the page, behind the lines that all calls use."""
    script = SCRIPTS[name] if name == "branch.sh" else SCRIPTS["call.sh"] + SCRIPTS[name]
    given = {"PATH": os.environ["PATH"], "HOME": str(folder), "TOKEN": TOKEN, "PAUSE": "0", **environ}
    address = {"HCP": hcp.address} if hcp else {}
    return subprocess.run(
        [program("bash"), "-c", script],
        cwd=folder,
        env={**given, **address, "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def members(archive: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as found:
        return found.getnames()


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(item)


def stack_of(folder: Path) -> Tree:
    found: Tree = json.loads((folder / "cdktf.out" / "stacks" / STACK / "cdk.tf.json").read_text("utf-8"))
    return found


def test_stack_has_the_workspace_that_the_page_names(synthesized: Path, cloud: Tree) -> None:
    made = stack_of(synthesized)["terraform"]

    assert made["cloud"] == {
        "organization": "my-org",
        "workspaces": {"name": STACK, "project": "monitoring"},
    }
    assert "backend" not in made
    assert made["required_version"] == ">= 1.6.0"
    assert cloud["terraform"]["backend"]["type"] == "cloud"


def test_older_terraform_is_enough_without_a_project(cloud: Tree, tmp_path: Path) -> None:
    backend = {"type": "cloud", "organization": "my-org"}
    settings = good_settings({**cloud, "terraform": {"backend": backend}})
    stacks = terraform({one.stack: (settings, one) for one in monitorings(settings)}, tmp_path / "cdktf.out")

    assert stacks[STACK]["terraform"]["required_version"] == ">= 1.5.0"


def test_nothing_in_the_stack_leads_out_of_its_folder(synthesized: Path) -> None:
    found = list(texts(stack_of(synthesized)))

    assert not [text for text in found if ".." in text.split("/")]
    assert not [text for text in found if str(ROOT) in text or str(synthesized) in text]
    assert not [text for text in found if re.match(r"/(home|tmp|root|Users|var/folders)/", text)]


def test_every_file_that_the_stack_names_is_in_its_folder(synthesized: Path) -> None:
    functions = stack_of(synthesized)["resource"]["aws_lambda_function"].values()
    folder = synthesized / "cdktf.out" / "stacks" / STACK

    assert functions
    for function in functions:
        assert not Path(function["filename"]).is_absolute()
        assert (folder / function["filename"]).is_file()


def test_variable_of_the_page_is_one_of_the_stack_and_sensitive(synthesized: Path) -> None:
    variables = stack_of(synthesized)["variable"]
    shown = re.findall(r"^\| `(\w+)` \| (terraform|env) \| (yes|no) \|", PAGE, re.MULTILINE)

    assert set(variables) == {key for key, category, _ in shown if category == "terraform"}
    assert all(variable["sensitive"] for variable in variables.values())
    assert {key for key, _, sensitive in shown if sensitive == "yes"} == set(variables)


def test_uploaded_archive_is_the_folder_and_nothing_of_this_machine(project: Path, hcp: Hcp) -> None:
    result = run("speculative.sh", project, hcp, MESSAGE='a "pull request"')

    (archive,) = hcp.sent("PUT", "/v1/object/configuration")
    functions = {f"./functions/{path.name}" for path in (project / "cdktf.out").rglob("*.zip")}
    assert result.returncode == 0, result.stderr
    assert "./cdk.tf.json" in members(archive)
    assert {name for name in members(archive) if name.endswith(".zip")} == functions
    assert not [name for name in members(archive) if "terraform." in name or ".terraform" in name]


def test_archive_of_the_same_folder_is_the_same_bytes(project: Path, hcp: Hcp) -> None:
    run("speculative.sh", project, hcp)
    for path in sorted((project / "cdktf.out").rglob("*"), reverse=True):
        path.chmod(0o777 if path.is_dir() else 0o664)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    run("speculative.sh", project, hcp)

    one, other = hcp.sent("PUT", "/v1/object/configuration")
    assert one == other


@pytest.mark.parametrize("folder", [f"stacks/{STACK}", f"/stacks/{STACK}/", "", None])
def test_archive_holds_the_stack_where_the_workspace_runs(
    folder: str | None, project: Path, hcp: Hcp
) -> None:
    hcp.directories = {} if folder is None else {STACK: folder}

    result = run("speculative.sh", project, hcp)

    (archive,) = hcp.sent("PUT", "/v1/object/configuration")
    below = f"./{(folder or '').strip('/')}".rstrip("/")
    assert result.returncode == 0, result.stdout + result.stderr
    assert {f"{below}/cdk.tf.json", f"{below}/functions/digest.zip"} < set(members(archive))


def test_workspace_that_finds_no_configuration_fails_the_run(project: Path, hcp: Hcp) -> None:
    """As the stand-in has to know for the test above."""
    (project / "cdktf.out" / "stacks" / STACK / "cdk.tf.json").unlink()

    result = run("speculative.sh", project, hcp)

    assert (result.returncode, result.stdout.splitlines()[-1]) == (1, "the run is errored")


@pytest.mark.parametrize("states", [["pending", "errored"], ["pending"]])
def test_upload_that_is_refused_or_never_ends_ends_the_script(
    states: list[str], project: Path, hcp: Hcp
) -> None:
    hcp.uploads = list(states)

    result = run("speculative.sh", project, hcp, LOOKS="3")

    assert (result.returncode, result.stdout) == (1, f"the upload is {states[-1]}\n")
    assert hcp.sent("POST", "/runs") == []


@pytest.mark.parametrize("failures", [[429], [503]])
def test_reading_is_tried_again(failures: list[int], project: Path, hcp: Hcp) -> None:
    hcp.failures = list(failures)

    assert run("speculative.sh", project, hcp).returncode == 0
    assert hcp.failures == []


def test_reading_that_fails_for_good_ends_the_script(project: Path, hcp: Hcp) -> None:
    hcp.forbidden = "/runs/run-1"

    result = run("speculative.sh", project, hcp)

    assert result.returncode != 0
    assert len(hcp.sent("GET", "/runs/run-1")) == 1


def test_run_that_never_ends_is_no_success(project: Path, hcp: Hcp) -> None:
    hcp.states = ["planning"]

    result = run("speculative.sh", project, hcp, LOOKS="3")

    assert (result.returncode, result.stdout.splitlines()[-1]) == (1, "the run is planning")


def test_speculative_run_can_never_be_applied(project: Path, hcp: Hcp) -> None:
    result = run("speculative.sh", project, hcp, MESSAGE='a "pull request"')

    (version,) = hcp.sent("POST", f"/workspaces/ws-{STACK}/configuration-versions")
    (started,) = hcp.sent("POST", "/runs")
    assert version["data"]["attributes"] == {"speculative": True, "auto-queue-runs": False}
    assert started["data"]["attributes"] == {"message": 'a "pull request"', "plan-only": True}
    assert started["data"]["relationships"] == {
        "workspace": {"data": {"type": "workspaces", "id": f"ws-{STACK}"}},
        "configuration-version": {"data": {"type": "configuration-versions", "id": "cv-1"}},
    }
    assert result.stdout == f"{hcp.address}/app/my-org/workspaces/{STACK}/runs/run-1\n"


@pytest.mark.parametrize(
    ("states", "stages", "told"),
    [
        (["planning", "errored"], [], "the run is errored"),
        (
            ["planned_and_finished"],
            [("pre_plan", "passed"), ("post_plan", "failed"), ("post_plan", "passed")],
            "policies failed",
        ),
        (["planned_and_finished"], [("pre_plan", "failed"), ("post_plan", "passed")], "policies failed"),
        (
            ["post_plan_running", "planned_and_finished"],
            [("post_plan", "awaiting_override")],
            "policies failed",
        ),
    ],
)
def test_run_that_fails_fails_the_job(
    states: list[str], stages: list[tuple[str, str]], told: str, project: Path, hcp: Hcp
) -> None:
    hcp.states, hcp.stages = states, stages

    result = run("speculative.sh", project, hcp)

    assert result.returncode == 1
    assert told in result.stdout


def test_run_whose_policies_pass_passes(project: Path, hcp: Hcp) -> None:
    hcp.stages = [("pre_plan", "passed"), ("post_plan", "passed")]
    hcp.stages += [("pre_apply", "pending"), ("post_apply", "unreachable")]

    assert run("speculative.sh", project, hcp).returncode == 0


def test_refused_token_ends_the_script(project: Path, hcp: Hcp) -> None:
    result = run("speculative.sh", project, hcp, TOKEN="another")

    assert result.returncode != 0
    assert hcp.sent("POST", "/runs") == []


def test_workspace_is_made_as_the_page_says(project: Path, hcp: Hcp) -> None:
    assert run("workspace.sh", project, hcp, PROJECT_ID="prj-1").returncode == 0

    (made,) = hcp.sent("POST", "/organizations/my-org/workspaces")
    attributes = made["data"]["attributes"]
    assert attributes == {
        "name": STACK,
        "execution-mode": "remote",
        "auto-apply": False,
        "terraform-version": "~> 1.11.0",
    }
    assert made["data"]["relationships"]["project"]["data"] == {"type": "projects", "id": "prj-1"}


def test_variables_are_set_and_the_secret_one_is_sensitive(project: Path, hcp: Hcp) -> None:
    url = "https://events.pagerduty.com/integration/\"'x/enqueue"
    result = run("variables.sh", project, hcp, PAGERDUTY_INTEGRATION_URL=url)

    made = [body["data"] for body in hcp.sent("POST", f"/workspaces/ws-{STACK}/vars")]
    given = {one["attributes"]["key"]: one["attributes"] for one in made}
    shown = re.findall(r"^\| `(\w+)` \| (terraform|env) \| (yes|no) \|", PAGE, re.MULTILINE)
    assert result.returncode == 0, result.stderr
    assert given["pagerduty_integration_url"]["value"] == url
    assert {one["type"] for one in made} == {"vars"}
    for key, attributes in given.items():
        assert (key, attributes["category"], "yes" if attributes["sensitive"] else "no") in shown


def test_run_trigger_starts_behind_another_workspace(project: Path, hcp: Hcp) -> None:
    assert run("trigger.sh", project, hcp).returncode == 0

    (made,) = hcp.sent("POST", f"/workspaces/ws-{STACK}/run-triggers")
    (staging,) = monitorings(shipped("staging"))
    assert made["data"]["relationships"]["sourceable"]["data"] == {
        "id": f"ws-{staging.stack}",
        "type": "workspaces",
    }


def test_policy_set_is_made_once_for_the_workspace(project: Path, hcp: Hcp) -> None:
    result = run("policy-set.sh", project, hcp)

    (made,) = hcp.sent("POST", "/organizations/my-org/policy-sets")
    assert (result.returncode, result.stdout) == (0, "polset-1\n"), result.stderr
    assert made["data"]["attributes"]["kind"] == "opa"
    assert made["data"]["relationships"]["workspaces"]["data"] == [
        {"type": "workspaces", "id": f"ws-{STACK}"}
    ]


def test_policies_are_uploaded_with_their_data_and_without_their_tests(project: Path, hcp: Hcp) -> None:
    (project / "policies").symlink_to(ROOT / "policies")
    result = run("policies.sh", project, hcp, SET="polset-1")

    (archive,) = hcp.sent("PUT", "/v1/object/policies")
    assert result.returncode == 0, result.stderr
    assert hcp.sent("POST", "/organizations/my-org/policy-sets") == []
    assert {"./policies.hcl", "./data.json", "./alarms.rego"} <= set(members(archive))
    assert not [name for name in members(archive) if name.endswith("_test.rego")]


@pytest.mark.parametrize("states", [["pending", "errored"], ["pending"]])
def test_policies_that_are_not_ready_fail_the_job(states: list[str], project: Path, hcp: Hcp) -> None:
    (project / "policies").symlink_to(ROOT / "policies")
    hcp.versions = list(states)

    result = run("policies.sh", project, hcp, SET="polset-1", LOOKS="3")

    assert (result.returncode, result.stdout) == (1, f"the version is {states[-1]}\n")


@pytest.fixture
def repository(project: Path) -> Path:
    """The project under version control, with a remote."""
    said(project, "git", "init", "--quiet", "--bare", "../remote.git")
    (project / ".gitignore").write_text("/cdktf.out/\n.terraform/\n.terraform.lock.hcl\n")
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["config", "user.name", "CI"],
        ["config", "user.email", "ci@team.example"],
        ["remote", "add", "origin", "../remote.git"],
        ["add", ".gitignore"],
        ["commit", "--quiet", "--message", "Begin"],
    ):
        said(project, "git", *command)
    return project


def pushed(repository: Path, *command: str) -> str:
    return said(repository.parent / "remote.git", "git", *command).strip()


def on_branch(repository: Path) -> set[str]:
    return set(pushed(repository, "ls-tree", "-r", "--name-only", "terraform").splitlines())


def test_branch_holds_what_synth_wrote_and_nothing_else(repository: Path) -> None:
    result = run("branch.sh", repository)

    assert result.returncode == 0, result.stderr
    files = on_branch(repository)
    assert {name for name in files if not name.endswith(".zip")} == {
        "README.md",
        f"stacks/{STACK}/cdk.tf.json",
    }
    assert f"stacks/{STACK}/functions/digest.zip" in files


def test_unchanged_output_makes_no_commit(repository: Path) -> None:
    run("branch.sh", repository)
    before = pushed(repository, "rev-parse", "terraform")
    result = run("branch.sh", repository)

    assert result.returncode == 0
    assert result.stdout == "terraform is current\n"
    assert pushed(repository, "rev-parse", "terraform") == before


def synthesized_again(repository: Path, *names: str) -> None:
    """As if synth had written these stacks, and nothing else."""
    folder = repository / "cdktf.out"
    for name in names:
        shutil.copytree(folder / "stacks" / STACK, folder / "stacks" / name, dirs_exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"stacks": {name: {} for name in names}}))


def test_changed_output_is_one_commit_more_and_files_that_are_gone_go(repository: Path) -> None:
    run("branch.sh", repository)
    (repository / "cdktf.out" / "stacks" / STACK / "functions" / "digest.zip").unlink()
    result = run("branch.sh", repository)

    assert result.returncode == 0, result.stderr
    assert pushed(repository, "rev-list", "--count", "terraform") == "2"
    assert f"stacks/{STACK}/functions/digest.zip" not in on_branch(repository)
    assert pushed(repository, "log", "-1", "--format=%s", "terraform").startswith("Synthesized from ")


def test_stacks_of_other_environments_stay_on_the_branch(repository: Path) -> None:
    run("branch.sh", repository)
    synthesized_again(repository, "another")
    (repository / "cdktf.out" / "stacks" / STACK / "cdk.tf.json").write_text("{}")
    before = pushed(repository, "rev-parse", f"terraform:stacks/{STACK}")
    result = run("branch.sh", repository)

    assert result.returncode == 0, result.stderr
    assert {f"stacks/{STACK}/cdk.tf.json", "stacks/another/cdk.tf.json"} < on_branch(repository)
    assert pushed(repository, "rev-parse", f"terraform:stacks/{STACK}") == before


def test_stack_that_is_said_to_be_gone_goes(repository: Path) -> None:
    run("branch.sh", repository)
    synthesized_again(repository, "another")
    result = run("branch.sh", repository, GONE=STACK)

    assert result.returncode == 0, result.stderr
    assert "stacks/another/cdk.tf.json" in on_branch(repository)
    assert not [name for name in on_branch(repository) if STACK in name]


def test_what_a_hand_added_beside_the_stacks_goes(repository: Path) -> None:
    run("branch.sh", repository)
    clone = repository.parent / "clone"
    said(repository.parent, "git", "clone", "--quiet", "--branch", "terraform", "remote.git", "clone")
    (clone / "extra.tf").write_text("")
    said(clone, "git", "add", "extra.tf")
    by = ("-c", "user.name=A", "-c", "user.email=a@team.example")
    said(clone, "git", *by, "commit", "--quiet", "--message", "By hand")
    said(clone, "git", "push", "--quiet", "origin", "terraform")
    result = run("branch.sh", repository)

    assert result.returncode == 0, result.stderr
    assert "extra.tf" not in on_branch(repository)
    assert pushed(repository, "rev-list", "--count", "terraform") == "3"


def test_branch_of_a_longer_name_is_not_taken_for_it(repository: Path) -> None:
    said(repository, "git", "push", "--quiet", "origin", "main:refs/heads/feature/terraform")
    result = run("branch.sh", repository)

    assert result.returncode == 0, result.stderr
    assert pushed(repository, "rev-list", "--count", "terraform") == "1"
    assert "cdk.tf.json" not in pushed(repository, "ls-tree", "-r", "--name-only", "feature/terraform")


def test_remote_that_does_not_answer_ends_the_script(repository: Path) -> None:
    said(repository, "git", "remote", "set-url", "origin", "../nowhere.git")

    assert run("branch.sh", repository).returncode != 0
    assert len(said(repository, "git", "worktree", "list").splitlines()) == 1


@pytest.mark.parametrize("times", [1, 2])
def test_branch_script_leaves_the_working_copy_alone(times: int, repository: Path) -> None:
    for _ in range(times):
        assert run("branch.sh", repository).returncode == 0

    assert said(repository, "git", "status", "--porcelain", "--branch") == "## main\n"
    assert len(said(repository, "git", "worktree", "list").splitlines()) == 1
    assert said(repository, "git", "branch", "--format=%(refname:short)") == "main\n"


def test_trust_of_the_page_is_the_generated_one(cloud: Tree) -> None:
    settings = good_settings(cloud)
    pairs = [(settings, found) for found in monitorings(settings)]
    (shown,) = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]

    assert shown == trusts(pairs, None)["apply"].document(pairs[0][1].place)


def test_roles_of_the_page_are_the_generated_ones(cloud: Tree) -> None:
    (found,) = monitorings(good_settings(cloud))

    for purpose in ("plan", "apply"):
        assert f'TFC_AWS_{purpose.upper()}_ROLE_ARN "{role_arn(found, purpose)}"' in PAGE


def test_table_lists_the_rules_of_each_policy() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (MON-[^|]+?) \|$", PAGE, re.MULTILINE)

    assert {name: tuple(rules.split(", ")) for name, rules in rows} == BY_POLICY


def test_every_script_of_the_page_is_run_here() -> None:
    used = set(re.findall(r'"([\w-]+\.sh)"', Path(__file__).read_text("utf-8")))

    assert set(SCRIPTS) == used
