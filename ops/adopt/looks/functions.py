"""Functions, the queues that feed them, and how often they are tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modules.resources.views import Resource
from ops.adopt.accounts import Account, Item
from ops.adopt.finds import Find, block, plain
from ops.adopt.wanted import Wanted

FUNCTION, MAPPING = "aws_lambda_function", "aws_lambda_event_source_mapping"
# What Lambda does where nobody says otherwise.
_RETRIES = 2
_NOT_TRACED = "PassThrough"
# As the provider has it.
_UNRESERVED = -1
INVOKE = "aws_lambda_function_event_invoke_config"


def functions(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Functions by name."""
    for one in wanted.of(FUNCTION):
        name = str(one.get("function_name"))
        read = account.get("lambda", "get_function_configuration", FunctionName=name)
        if read is not None:
            kept = account.detail("lambda", "get_function_concurrency", FunctionName=name)
            values = None if kept is None else _function(read) | _reserved(kept)
            yield Find(type=FUNCTION, name=name, address=one.address, import_id=name, values=values)


def _reserved(read: Item) -> dict[str, Any]:
    """The concurrency that is kept for it."""
    return {"reserved_concurrent_executions": read.get("ReservedConcurrentExecutions", _UNRESERVED)}


def _function(read: Item) -> dict[str, Any]:
    logging, letters = read.get("LoggingConfig") or {}, read.get("DeadLetterConfig") or {}
    network, tracing = read.get("VpcConfig") or {}, read.get("TracingConfig") or {}
    return plain(
        function_name=read["FunctionName"],
        description=read.get("Description"),
        role=read.get("Role"),
        runtime=read.get("Runtime"),
        handler=read.get("Handler"),
        architectures=read.get("Architectures"),
        package_type=read.get("PackageType"),
        source_code_hash=read.get("CodeSha256"),
        timeout=read.get("Timeout"),
        memory_size=read.get("MemorySize"),
        environment=block(variables=(read.get("Environment") or {}).get("Variables")),
        dead_letter_config=block(target_arn=letters.get("TargetArn")),
        kms_key_arn=read.get("KMSKeyArn"),
        tracing_config=block(mode=None if tracing.get("Mode") == _NOT_TRACED else tracing.get("Mode")),
        logging_config=block(
            log_format=logging.get("LogFormat"),
            log_group=logging.get("LogGroup"),
            application_log_level=logging.get("ApplicationLogLevel"),
            system_log_level=logging.get("SystemLogLevel"),
        ),
        vpc_config=block(
            subnet_ids=network.get("SubnetIds"), security_group_ids=network.get("SecurityGroupIds")
        ),
    )


def mappings(account: Account, wanted: Wanted) -> Iterator[Find]:
    """What feeds functions, by source and function."""
    for one in wanted.of(MAPPING):
        source, function = str(one.get("event_source_arn")), str(one.get("function_name"))
        name = function.rpartition(":")[2]
        pages = account.pages(
            "lambda", "list_event_source_mappings", "EventSourceMappings", FunctionName=name
        )
        for item in pages:
            if item.get("EventSourceArn") == source:
                yield _mapping(item, one, f"{source} to {name}")


def _mapping(item: Item, one: Resource, name: str) -> Find:
    scaling = item.get("ScalingConfig") or {}
    values = plain(
        event_source_arn=item.get("EventSourceArn"),
        function_name=item.get("FunctionArn"),
        batch_size=item.get("BatchSize"),
        function_response_types=item.get("FunctionResponseTypes"),
        scaling_config=block(maximum_concurrency=scaling.get("MaximumConcurrency")),
    )
    values["enabled"] = item.get("State") not in ("Disabled", "Disabling")
    return Find(type=MAPPING, name=name, address=one.address, import_id=item["UUID"], values=values)


def invoke_configs(account: Account, wanted: Wanted) -> Iterator[Find]:
    """What becomes of events that a function failed on, by function."""
    for one in wanted.of(INVOKE):
        name = str(one.get("function_name"))
        read = account.get("lambda", "get_function_event_invoke_config", FunctionName=name)
        if read is not None:
            values = plain(
                function_name=name, maximum_event_age_in_seconds=read.get("MaximumEventAgeInSeconds")
            )
            values["maximum_retry_attempts"] = read.get("MaximumRetryAttempts", _RETRIES)
            yield Find(type=INVOKE, name=name, address=one.address, import_id=name, values=values)
