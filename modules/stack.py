"""One target as one Terraform stack: backend, provider, resources, outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdktf import (
    CloudBackend,
    LocalBackend,
    NamedCloudWorkspace,
    S3Backend,
    TerraformOutput,
    TerraformStack,
    TerraformVariable,
    TerraformVariableValidationConfig,
)
from constructs import Construct

from modules.catalog.context import UNTOLD_ACCOUNT, UNTOLD_PARTITION
from modules.constructs._bindings import aws
from modules.constructs.alarms import add_alarm
from modules.constructs.dashboards import add_dashboard, dashboard_name
from modules.constructs.functions import add_function, add_schedules, add_secret, secret_reference
from modules.constructs.keys import add_keys, key_arn
from modules.constructs.logs import add_filter, add_log_group, add_query, log_group_reference
from modules.constructs.queues import add_queue
from modules.constructs.routing import PAGERDUTY_VARIABLE, add_topic, delivery_path, topic_arn
from modules.constructs.tag_policy import add_tag_policy
from modules.packaging import Archive
from modules.settings import Settings
from modules.settings.models import CloudBackend as CloudSettings
from modules.settings.models import S3Backend as S3Settings
from modules.spec.system import Monitoring
from modules.versions import PROVIDER, TERRAFORM, TERRAFORM_OF_LOCK_FILES, TERRAFORM_OF_PROJECTS

# From <project>/cdktf.out/stacks/<stack> to <project>: Terraform runs in the former.
TO_PROJECT = "../../.."


class MonitoringStack(TerraformStack):
    """All monitoring of one target."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        monitoring: Monitoring,
        settings: Settings,
        archives: Mapping[str, Archive],
    ) -> None:
        super().__init__(scope, name)
        self._backend(name, settings)
        self._provider(monitoring)
        self._terraform(settings)
        self._variables(monitoring)
        self._resources(monitoring, settings)
        self._delivery(monitoring, archives)
        self._outputs(monitoring)

    def _backend(self, name: str, settings: Settings) -> None:
        backend = settings.terraform.backend
        match backend:
            case S3Settings():
                key = f"{backend.key_prefix}/{name}.tfstate"
                S3Backend(
                    self,
                    bucket=backend.bucket,
                    key=key,
                    region=backend.region,
                    encrypt=True,
                    dynamodb_table=backend.dynamodb_table,
                )
                if backend.use_lockfile:
                    self.add_override("terraform.backend.s3", {"use_lockfile": True})
            case CloudSettings():
                workspace = NamedCloudWorkspace(backend.workspace_of(name), backend.project)
                CloudBackend(
                    self, organization=backend.organization, hostname=backend.hostname, workspaces=workspace
                )
            case _:
                # Relative: the default is an absolute path, which would differ on every machine.
                LocalBackend(self, path=f"{TO_PROJECT}/terraform.{name}.tfstate")

    def _provider(self, monitoring: Monitoring) -> None:
        place = monitoring.place
        told = {} if place.account == UNTOLD_ACCOUNT else {"allowed_account_ids": [place.account]}
        tags = aws("provider", "AwsProviderDefaultTags")(tags=dict(monitoring.tags))
        aws("provider", "AwsProvider")(self, "aws", region=place.region, default_tags=[tags], **told)
        # The bindings pin one version exactly.
        self.add_override("terraform.required_providers.aws", PROVIDER)
        if place.account == UNTOLD_ACCOUNT:
            aws("data_aws_caller_identity", "DataAwsCallerIdentity")(self, "current")
        if place.partition == UNTOLD_PARTITION:
            aws("data_aws_partition", "DataAwsPartition")(self, "current-partition").override_logical_id(
                "current"
            )

    def _terraform(self, settings: Settings) -> None:
        version = TERRAFORM
        match settings.terraform.backend:
            case S3Settings(use_lockfile=True):
                version = TERRAFORM_OF_LOCK_FILES
            case CloudSettings(project=str()):
                version = TERRAFORM_OF_PROJECTS
        self.add_override("terraform.required_version", version)

    def _variables(self, monitoring: Monitoring) -> None:
        if any(topic.pagerduty for topic in monitoring.topics):
            condition = f'${{startswith(var.{PAGERDUTY_VARIABLE}, "https://")}}'
            text = "The address of PagerDuty's CloudWatch integration begins with https://."
            TerraformVariable(
                self,
                PAGERDUTY_VARIABLE,
                type="string",
                sensitive=True,
                nullable=False,
                description="Where PagerDuty's CloudWatch integration takes notifications; it holds a key",
                validation=[TerraformVariableValidationConfig(condition=condition, error_message=text)],
            )

    def _delivery(self, monitoring: Monitoring, archives: Mapping[str, Archive]) -> None:
        """Queues, secrets, functions and schedules, by which notifications get to people."""
        place, key = monitoring.place, key_arn("notifications")
        names = {topic.route: topic.name for topic in monitoring.topics}
        for queue in monitoring.queues:
            add_queue(self, queue, place, topics=names, key_arn=key)
        for secret in monitoring.secrets:
            add_secret(self, secret, key_arn=key)
        for function in monitoring.functions:
            add_function(self, function, place, archives[function.source])
        add_schedules(self, monitoring.schedules, monitoring.prefix, place)

    def _resources(self, monitoring: Monitoring, settings: Settings) -> None:
        place = monitoring.place
        add_keys(self, place, monitoring.prefix)
        for topic in monitoring.topics:
            add_topic(self, topic, place, key_arn=key_arn("notifications"))
        for group in monitoring.log_groups:
            add_log_group(self, group, key_arn=key_arn("logs"))
        for item in monitoring.filters:
            add_filter(self, item)
        for alarm in monitoring.alarms:
            route = topic_arn(alarm.route)
            add_alarm(self, alarm, topic_arn=route, runbook_base_url=settings.runbook_base_url)
        self._alarms_after_delivery(monitoring)
        for query in monitoring.queries:
            add_query(self, query)
        for dashboard in monitoring.dashboards:
            add_dashboard(self, dashboard, place.region)
        if monitoring.tag_policy_enabled:
            add_tag_policy(self, monitoring, settings.tags.required)

    def _alarms_after_delivery(self, monitoring: Monitoring) -> None:
        """Create each alarm after the path that carries its first notice, with one jsii call for all."""
        paths = {topic.route: delivery_path(topic, monitoring.functions) for topic in monitoring.topics}
        needed = {alarm.key: {"depends_on": paths[alarm.route]} for alarm in monitoring.alarms}
        if needed:
            self.add_override("resource.aws_cloudwatch_metric_alarm", needed)

    def _outputs(self, monitoring: Monitoring) -> None:
        place = monitoring.place
        console = f"https://{place.console}/cloudwatch/home?region={place.region}#dashboards/dashboard/"
        self._output("topic_arns", {topic.key: topic_arn(topic.route) for topic in monitoring.topics})
        self._output(
            "dashboard_urls", {page.key: console + dashboard_name(page.key) for page in monitoring.dashboards}
        )
        self._output(
            "log_groups", {group.key: log_group_reference(group.key) for group in monitoring.log_groups}
        )
        self._output(
            "secrets",
            {secret.key: secret_reference(secret.key) for secret in monitoring.secrets},
        )
        if monitoring.agent_metrics_policy:
            self._output("agent_metrics_policy", monitoring.agent_metrics_policy)

    def _output(self, name: str, value: Any) -> None:
        TerraformOutput(self, f"output-{name}", value=value, description=_OUTPUTS[name]).override_logical_id(
            name
        )


_OUTPUTS = {
    "topic_arns": "The SNS topic of each route",
    "dashboard_urls": "Where the dashboards are in the console",
    "log_groups": "The log group of each part of the system",
    "secrets": "The secrets that wait for their values: webhooks of Slack, the login to the database",
    "agent_metrics_policy": "The IAM policy with which an agent's service role publishes metrics",
}
