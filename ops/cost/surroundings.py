"""What a counter has to know besides its resource: the rest of the stack, and the volumes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from modules.facts import prices
from modules.resources.kinds import KINDS
from modules.resources.stacks import Stack
from modules.resources.views import Resource
from modules.terraform.values import as_text, blocks, links
from ops.cost.volumes import Volumes

HOURS_PER_DAY = 24
# Whole bytes, in GB: sums are exact then, in whatever order.
BYTE = Decimal("1E-9")
GROUP, STREAM, BUCKET = "aws_cloudwatch_log_group", "aws_kinesis_firehose_delivery_stream", "aws_s3_bucket"
QUEUE, TOPIC, FUNCTION = "aws_sqs_queue", "aws_sns_topic", "aws_lambda_function"
_CALLED = ("arn", "id", "name", "function_name", "bucket", "url", "invoke_arn", "qualified_arn")


@dataclass(frozen=True)
class Surroundings:
    """A stack and the volumes that are assumed for it."""

    stack: Stack
    volumes: Volumes

    def found(self, kind: str, value: Any) -> Resource | None:
        """The resource of a Terraform type that a value names by reference, ARN, name or id."""
        return self.stack.linked(KINDS[kind], value, *_CALLED)

    def each(self, volume: str, kind: str, value: Any) -> Decimal:
        """A volume of the thing that a value names, whether the stack holds it or not."""
        item = self.found(kind, value)
        return self.volumes.figure(volume, called(item) if item else as_text(value) or "")

    @cached_property
    def archived_gb(self) -> Mapping[str, Decimal]:
        """The GB that streams put into each bucket of the stack, by the bucket's address."""
        found: dict[str, Decimal] = {}
        for bucket, gb in self._deliveries():
            found[bucket.address] = found.get(bucket.address, Decimal(0)) + gb
        return found

    @cached_property
    def lifecycles(self) -> Mapping[str, Resource]:
        """The lifecycle configuration of each bucket of the stack, by the bucket's address."""
        items = (item for item in self.stack.resources if item.type == f"{BUCKET}_lifecycle_configuration")
        pairs = ((self.found(BUCKET, item.get("bucket")), item) for item in items)
        return {bucket.address: item for bucket, item in pairs if bucket}

    def gb_months(self, gb_a_month: Decimal, days: Decimal) -> Decimal:
        """What lies there at any time of what comes in every month and stays so many days."""
        return (gb_a_month * days * HOURS_PER_DAY / prices.hours_per_month()).quantize(BYTE)

    @property
    def days_without_end(self) -> Decimal:
        """The days for which something that never expires is counted."""
        return self.volumes.figure("months_without_end") * prices.hours_per_month() / HOURS_PER_DAY

    def _deliveries(self) -> Iterator[tuple[Resource, Decimal]]:
        for item in self.stack.resources:
            if item.type != "aws_cloudwatch_log_subscription_filter":
                continue
            stream = self.found(STREAM, item.get("destination_arn"))
            bucket = self._bucket(stream) if stream else None
            if bucket:
                yield bucket, self.each("log_gb", GROUP, item.get("log_group_name"))

    def _bucket(self, stream: Resource) -> Resource | None:
        targets = blocks(stream.get("extended_s3_configuration"))
        return next(filter(None, (self.found(BUCKET, one.get("bucket_arn")) for one in targets)), None)


def called(item: Resource) -> str:
    """Its name where it is known, else its address."""
    return item.text("name") or item.text("function_name") or item.text("bucket") or item.address


def refers_to(value: Any, kind: str, service: str) -> bool:
    """Whether a value is the ARN of something of a service, or a reference to a resource of a type."""
    texts = [text for text in links(value) if isinstance(text, str)]
    return any(f"{kind}." in text or f":{service}:" in text for text in texts)
