"""How Terraform is found, and where its providers come from.

Real Terraform, and providers that are empty files: `init` installs them and starts none.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from modules.errors import ToolError
from ops.terraform import MIRROR_PARENT, REGISTRY, Terraform, implied_mirror
from tests.tools import without

SOURCE = f"{REGISTRY}/of-this-test/nowhere"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TF_CLI_CONFIG_FILE", "TF_PLUGIN_MIRROR", "TF_PLUGIN_CACHE_DIR", "TF_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))


@pytest.fixture
def terraform(tmp_path: Path) -> Terraform:
    """Real Terraform, whose parent of mirrors is empty."""
    if shutil.which("terraform") is None:
        without("Terraform is missing")
    found = Terraform.found(tmp_path)
    return Terraform(found.program, tmp_path, tmp_path / "opt")


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """A folder that wants a provider which no registry has."""
    folder = tmp_path / "stack"
    folder.mkdir()
    wanted = {"terraform": {"required_providers": {"nowhere": {"source": SOURCE}}}}
    (folder / "cdk.tf.json").write_text(json.dumps(wanted), "utf-8")
    return folder


def make_mirror(folder: Path, terraform: Terraform) -> Path:
    platform = json.loads(terraform.run(terraform.root, "version", "-json"))["platform"]
    provider = folder / SOURCE / "1.2.3" / platform / "terraform-provider-nowhere_v1.2.3"
    provider.parent.mkdir(parents=True)
    provider.write_text("", "utf-8")
    provider.chmod(0o755)
    return folder


def installed(stack: Path) -> bool:
    return (stack / ".terraform" / "providers" / SOURCE / "1.2.3").is_dir()


def fake_terraform(monkeypatch: pytest.MonkeyPatch, folder: Path, version: str) -> None:
    program = folder / "terraform"
    program.write_text(f"#!/bin/sh\necho '{version}'\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_missing_terraform_is_told_with_the_mend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolError, match=r"Terraform is missing: install 1\.5 or later"):
        Terraform.found(tmp_path)


@pytest.mark.parametrize("version", ["Terraform v1.4.6", "Terraform v0.12.31\n+ provider.aws v2.0.0"])
def test_old_terraform_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str) -> None:
    fake_terraform(monkeypatch, tmp_path, version)

    with pytest.raises(
        ToolError, match=r"is Terraform v\d+\.\d+\.\d+, which is too old; install 1\.5 or later"
    ):
        Terraform.found(tmp_path)


@pytest.mark.parametrize(
    "version", ["Terraform v1.5.0", "Terraform v1.15.0-rc1\non linux", "Terraform v2.0.0"]
)
def test_terraform_from_1_5_on_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str
) -> None:
    fake_terraform(monkeypatch, tmp_path, version)

    assert Terraform.found(tmp_path).program == str(tmp_path / "terraform")


def test_program_that_is_not_terraform_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_terraform(monkeypatch, tmp_path, "hello")

    with pytest.raises(ToolError, match="does not tell its version"):
        Terraform.found(tmp_path)


def test_without_any_mirror_the_message_names_the_provider_and_the_mend(
    terraform: Terraform, stack: Path
) -> None:
    with pytest.raises(ToolError) as raised:
        terraform.init(stack)

    assert "of-this-test/nowhere" in str(raised.value)
    assert "set TF_PLUGIN_MIRROR to a folder that holds registry.terraform.io/" in str(raised.value)
    assert not installed(stack)


def test_mirror_that_the_environment_names_is_used(
    monkeypatch: pytest.MonkeyPatch, terraform: Terraform, stack: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("TF_PLUGIN_MIRROR", str(make_mirror(tmp_path / "mirror", terraform)))

    terraform.init(stack)

    assert installed(stack)


def test_relative_mirror_counts_from_the_project(
    monkeypatch: pytest.MonkeyPatch, terraform: Terraform, stack: Path, tmp_path: Path
) -> None:
    make_mirror(tmp_path / "mirror", terraform)
    monkeypatch.setenv("TF_PLUGIN_MIRROR", "mirror")

    terraform.init(stack)

    assert installed(stack)


def test_named_folder_that_is_no_mirror_is_told(
    monkeypatch: pytest.MonkeyPatch, terraform: Terraform, stack: Path
) -> None:
    monkeypatch.setenv("TF_PLUGIN_MIRROR", "typo")

    with pytest.raises(ToolError, match=r"TF_PLUGIN_MIRROR: typo holds no folder registry\.terraform\.io"):
        terraform.init(stack)


def test_mirror_in_the_usual_place_is_used_unasked(terraform: Terraform, stack: Path) -> None:
    make_mirror(terraform.mirrors / "anything", terraform)

    terraform.init(stack)

    assert installed(stack)


@pytest.mark.parametrize("implied", ["home/.terraform.d/plugins", "share/terraform/plugins"])
def test_implied_mirror_of_terraform_itself_is_used(
    terraform: Terraform, stack: Path, tmp_path: Path, implied: str
) -> None:
    make_mirror(tmp_path / implied, terraform)

    terraform.init(stack)

    assert installed(stack)


def test_failure_that_no_mirror_mends_is_told_as_it_is(terraform: Terraform, stack: Path) -> None:
    make_mirror(terraform.mirrors / "anything", terraform)
    (stack / "cdk.tf.json").write_text('{"terraform": {"required_version": ">= 99.0"}}', "utf-8")

    with pytest.raises(ToolError, match="Unsupported Terraform Core version") as raised:
        terraform.init(stack)

    assert "TF_PLUGIN_MIRROR" not in str(raised.value)


def test_cli_configuration_that_is_not_there_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, terraform: Terraform, stack: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "missing.tfrc"))
    make_mirror(terraform.mirrors / "anything", terraform)

    terraform.init(stack)

    assert "CLI configuration" not in terraform.run(stack, "version")


def test_cli_configuration_of_the_user_is_kept(
    monkeypatch: pytest.MonkeyPatch, terraform: Terraform, stack: Path, tmp_path: Path
) -> None:
    mirror = make_mirror(tmp_path / "of-the-user", terraform)
    config = tmp_path / "user.tfrc"
    config.write_text(
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n', "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", config.name)

    terraform.init(stack)

    assert installed(stack)


def test_folders_without_providers_are_no_mirror(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / REGISTRY).write_text("", "utf-8")

    assert implied_mirror(tmp_path) is None
    assert implied_mirror(tmp_path / "missing") is None


def test_first_mirror_by_name_is_taken(tmp_path: Path) -> None:
    for name in ("second", "first"):
        (tmp_path / name / REGISTRY).mkdir(parents=True)

    assert implied_mirror(tmp_path) == tmp_path / "first"
    assert Path("/opt") == MIRROR_PARENT
