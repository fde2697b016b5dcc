"""The bindings loaded one by one against the whole package: the same Terraform, a fraction of the modules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modules.constructs._bindings import PACKAGE

ROOT = Path(__file__).parent.parent.parent
MOST_SUBMODULES = 50

# `aws` comes from one of the two below. Nested structs, maps, lists, references and an override are in it.
PROGRAM = """
import sys
from cdktf import App, LocalBackend, TerraformOutput, TerraformStack, Token

app = App(outdir=sys.argv[1])
stack = TerraformStack(app, "small")
LocalBackend(stack, path="small.tfstate")
tags = aws("provider", "AwsProviderDefaultTags")(tags={"Owner": "platform"})
aws("provider", "AwsProvider")(stack, "aws", region="eu-west-1", default_tags=[tags])
stack.add_override("terraform.required_providers.aws", {"source": "hashicorp/aws", "version": ">= 5.100.0"})
who = aws("data_aws_caller_identity", "DataAwsCallerIdentity")(stack, "current")
key = aws("kms_key", "KmsKey")(stack, "key", description=f"of {who.account_id}", enable_key_rotation=True)
topic = aws("sns_topic", "SnsTopic")(stack, "topic", name="topic", kms_master_key_id=key.arn)
group = aws("cloudwatch_log_group", "CloudwatchLogGroup")(stack, "group", name="/a/b", retention_in_days=30)
change = aws("cloudwatch_log_metric_filter", "CloudwatchLogMetricFilterMetricTransformation")(
    namespace="N", name="Errors", value="1", default_value="0", unit="Count"
)
aws("cloudwatch_log_metric_filter", "CloudwatchLogMetricFilter")(
    stack, "filter", name="f", log_group_name=group.name, pattern="{ $.a = 1 }", metric_transformation=change
)
query = aws("cloudwatch_metric_alarm", "CloudwatchMetricAlarmMetricQuery")
metric = aws("cloudwatch_metric_alarm", "CloudwatchMetricAlarmMetricQueryMetric")
aws("cloudwatch_metric_alarm", "CloudwatchMetricAlarm")(
    stack, "math", alarm_name="math", comparison_operator="GreaterThanThreshold", evaluation_periods=3,
    threshold=0.5, alarm_actions=[topic.arn],
    metric_query=[
        query(id="total", expression="SUM([a, b])", return_data=True),
        query(id="a", metric=metric(namespace="N", metric_name="Errors", period=60, stat="Sum")),
        query(id="b", metric=metric(metric_name="X", period=60, stat="p99", dimensions={"F": "f"})),
    ],
)
TerraformOutput(stack, "arns", value={"topic": topic.arn})
app.synth()
print(sum(name.startswith("cdktf_cdktf_provider_aws.") for name in sys.modules))
"""
OURS = "from modules.constructs._bindings import aws, choose_node\nchoose_node()\n"
PLAIN = """
import importlib
import cdktf_cdktf_provider_aws

def aws(module, name):
    return getattr(getattr(cdktf_cdktf_provider_aws, module), name)
"""


def run(source: str, *arguments: str) -> int:
    """Runs a program in a process of its own; returns the number that it prints.

    What choose_node() has told Node through the environment is not passed on: a program of ours
    tells it anew, and the plain one goes without.
    """
    command = [sys.executable, "-c", source, *arguments]
    environ = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    result = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return int(result.stdout.split()[-1])


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, dict[str, bytes]]]:
    """By way of loading: how many submodules it loaded, and what it wrote."""
    made = {}
    for name, start in (("ours", OURS), ("plain", PLAIN)):
        folder = tmp_path_factory.mktemp(name)
        made[name] = (run(start + PROGRAM, str(folder)), files(folder))
    return made


def test_single_bindings_yield_the_bytes_of_the_whole_package(
    both: dict[str, tuple[int, dict[str, bytes]]],
) -> None:
    (_, ours), (_, plain) = both["ours"], both["plain"]

    assert ours == plain
    assert b'"metric_query"' in ours["stacks/small/cdk.tf.json"]


def test_single_bindings_load_few_submodules(both: dict[str, tuple[int, dict[str, bytes]]]) -> None:
    (few, _), (all_of_them, _) = both["ours"], both["plain"]

    assert 0 < few < MOST_SUBMODULES
    assert all_of_them > 20 * MOST_SUBMODULES, "the whole package would be no burden: do without _bindings.py"


def test_whole_environment_loads_few_submodules() -> None:
    program = f"""
import sys
from tests.builders import good_settings, synthesized

synthesized(good_settings({{"retention": {{"minimum_days": 30}}}}))
print(sum(name.startswith("{PACKAGE}.") for name in sys.modules))
"""

    assert 0 < run(program) < MOST_SUBMODULES
