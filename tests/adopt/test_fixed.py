"""What adoption says the provider cannot change in place, asked of the real provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from modules.errors import ToolError
from modules.resources.views import Resource
from ops.adopt.finds import Find
from ops.adopt.fixed import FIXED, obstructed
from ops.terraform import Terraform
from tests.builders import ROOT
from tests.tools import without

OTHERS: dict[str, Any] = {
    "log_group_class": "INFREQUENT_ACCESS",
    "path": "/system/",
    "customer_master_key_spec": "RSA_2048",
    "key_usage": "SIGN_VERIFY",
    "multi_region": True,
    "package_type": "Image",
    "fifo_topic": True,
    "fifo_queue": True,
}
# What each type needs besides to be a resource at all.
NEEDED: dict[str, dict[str, Any]] = {
    "aws_cloudwatch_log_group": {"name": "x"},
    "aws_iam_role": {"name": "x", "assume_role_policy": "{}"},
    "aws_kms_key": {},
    "aws_lambda_function": {
        "function_name": "x",
        "role": "arn:aws:iam::111122223333:role/x",
        "handler": "x.y",
        "runtime": "python3.13",
        "filename": "x.zip",
    },
    "aws_sns_topic": {"name": "x"},
    "aws_sqs_queue": {"name": "x"},
}
PROVIDER = {
    "region": "us-east-1",
    "access_key": "mock-access",
    "secret_key": "mock-secret",
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
    "skip_metadata_api_check": "true",
}
CASES = [(kind, name, usual) for kind, named in FIXED.items() for name, usual in named.items()]


@pytest.fixture(scope="module")
def actions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What Terraform plans for each case, by its name: as it is, and with the other value before."""
    folder = tmp_path_factory.mktemp("fixed")
    try:
        terraform = Terraform.found(ROOT)
        wanted: dict[str, dict[str, Any]] = {}
        for kind, name, usual in CASES:
            for label in ("same", "other"):
                body = NEEDED[kind] | {name: usual}
                wanted.setdefault(kind, {})[f"{label}-{name}"] = body
        (folder / "x.zip").write_bytes(b"")
        required = {"aws": {"source": "hashicorp/aws", "version": ">= 5.100.0"}}
        stack = {
            "terraform": {"required_providers": required},
            "provider": {"aws": PROVIDER},
            "resource": wanted,
        }
        (folder / "main.tf.json").write_text(json.dumps(stack))
        (folder / "terraform.tfstate").write_text(json.dumps(_state()))
        terraform.init(folder)
        terraform.run(folder, "plan", "-refresh=false", "-input=false", "-no-color", "-out=made.plan")
        plan = json.loads(terraform.run(folder, "show", "-json", "made.plan"))
    except ToolError as error:
        if "missing" not in str(error):
            raise
        without(str(error))
    return {f"{one['type']}.{one['name']}": one["change"]["actions"] for one in plan["resource_changes"]}


def _state() -> dict[str, Any]:
    resources = [
        _kept(
            kind,
            f"{label}-{name}",
            {**NEEDED[kind], **FIXED[kind], name: usual if label == "same" else OTHERS[name]},
        )
        for kind, name, usual in CASES
        for label in ("same", "other")
    ]
    return {"version": 4, "serial": 1, "lineage": "x", "outputs": {}, "resources": resources}


def _kept(kind: str, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 0, "attributes": {"id": "x", **values}}],
    }


@pytest.mark.parametrize(("kind", "name", "usual"), CASES, ids=[f"{one[0]}.{one[1]}" for one in CASES])
def test_provider_makes_anew_what_adoption_refuses_to_import(
    actions: dict[str, list[str]], kind: str, name: str, usual: Any
) -> None:
    assert actions[f"{kind}.other-{name}"] == ["delete", "create"]
    assert "delete" not in actions[f"{kind}.same-{name}"]


@pytest.mark.parametrize(("kind", "name", "usual"), CASES, ids=[f"{one[0]}.{one[1]}" for one in CASES])
def test_another_value_is_an_obstacle_and_the_usual_one_is_none(kind: str, name: str, usual: Any) -> None:
    wanted = Resource(kind, f"{kind}.x", {})

    for values in ({}, {name: usual}):
        assert obstructed(Find(type=kind, name="x", values=values), wanted).obstacle == ""
    found = obstructed(Find(type=kind, name="x", values={name: OTHERS[name]}), wanted)

    assert name in found.obstacle
    assert "cannot be changed in place" in found.obstacle
