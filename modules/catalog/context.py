"""One target of one environment, with what the entries ask of it."""

from __future__ import annotations

from dataclasses import dataclass

from modules.naming import FIRST_REGION, Names, lambda_log_group
from modules.settings import Settings, Target
from modules.settings.models import Function
from modules.spec.metrics import Metric
from modules.spec.system import Place

# Read at plan time where configuration does not say; constructs/ makes the data sources.
UNTOLD_ACCOUNT = "${data.aws_caller_identity.current.account_id}"
UNTOLD_PARTITION = "${data.aws_partition.current.partition}"


@dataclass(frozen=True)
class Context:
    """Settings and target, and the names that follow from them."""

    settings: Settings
    target: Target

    @property
    def names(self) -> Names:
        """The names of this target."""
        return self.settings.names(self.target)

    @property
    def place(self) -> Place:
        """Where it lives."""
        return Place(
            environment=self.settings.environment,
            region=self.target.region or FIRST_REGION,
            account=self.target.account or UNTOLD_ACCOUNT,
            partition=self.target.partition or UNTOLD_PARTITION,
        )

    @property
    def functions(self) -> dict[str, Function]:
        """The functions by key, in the order of their keys."""
        return dict(sorted(self.settings.lambda_.functions.items()))

    def function_name(self, key: str) -> str:
        """What AWS calls a function."""
        return self.functions[key].function_name or self.names.named(key)

    def function_group(self, key: str) -> str:
        """The log group that a function writes to."""
        if self.functions[key].log_group == "lambda-default":
            return lambda_log_group(self.function_name(key))
        return self.names.log_group(f"lambda/{key}")

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents' names, in order."""
        return tuple(sorted(self.settings.bedrock.agents))

    @property
    def database(self) -> str:
        """The identifier of the database instance. RDS keeps it in lower case, whatever it was given."""
        return (self.settings.database.identifier or self.names.named("db")).lower()

    def custom(self, name: str, unit: str) -> Metric:
        """A metric in the namespace of custom metrics."""
        return Metric(self.names.namespace, name, {}, unit)
