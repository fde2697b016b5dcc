"""A metric filter matches what it says, on a group that can be filtered, and publishes what can be used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from modules import facts
from modules.resources.breaches import Breach
from modules.resources.stacks import Stack
from modules.resources.views import LogGroup, MetricFilter
from modules.semantics import PatternError, metric_value, parse_pattern
from modules.terraform.values import Unknown, as_map, as_number, is_known, is_open
from policies.engine import rule
from policies.findings import Level

_LOG_FIELDS = "set backend.log in config/ to the fields of the log lines"
_ENTRY = "set it in its catalog entry"
_NAME = re.compile(r"[^:*$]+")


@rule("MON-FIL-001", level=Level.ERROR, why="CloudWatch refuses a pattern that it cannot read.")
def pattern_parses(item: MetricFilter) -> Iterator[Breach]:
    """The pattern of a filter is within the syntax and the length of filter patterns."""
    pattern = item.get("pattern")
    problem = None if is_open(pattern) else _problem(pattern)
    if problem:
        yield item.finding(found=pattern, wanted=f"a filter pattern: {problem}", fix=_LOG_FIELDS)


@rule(
    "MON-FIL-002",
    level=Level.ERROR,
    why="CloudWatch refuses other units, and an unknown one hides the bounds.",
)
def filter_unit_is_legal(item: MetricFilter) -> Iterator[Breach]:
    """A filter publishes in a unit that CloudWatch has."""
    for transformation in item.transformations:
        unit = transformation.get("unit", "None")
        if is_known(unit) and not (isinstance(unit, str) and unit in facts.UNITS):
            yield item.finding(found=unit, wanted="a unit such as Count or Milliseconds", fix=_ENTRY)


@rule(
    "MON-FIL-003",
    level=Level.ERROR,
    why="CloudWatch refuses both together, and the provider does not notice.",
)
def filter_has_no_default_with_dimensions(item: MetricFilter) -> Iterator[Breach]:
    """A filter with dimensions has no default value."""
    for transformation in item.transformations:
        default = transformation.get("default_value")
        if default not in (None, "") and as_map(transformation.get("dimensions")):
            yield item.finding(found=f"default {default}", wanted="no default beside dimensions", fix=_ENTRY)


@rule(
    "MON-FIL-004",
    level=Level.ERROR,
    why="CloudWatch rejects more than three; an event without the field has no dimensions at all.",
)
def filter_dimensions_are_fields(item: MetricFilter) -> Iterator[Breach]:
    """A filter has at most three dimensions, each a field that its pattern tests."""
    most, pattern = facts.limit("filter_dimensions"), item.get("pattern")
    for transformation in item.transformations:
        dimensions = as_map(transformation.get("dimensions"))
        if len(dimensions) > most:
            yield item.finding(found=f"{len(dimensions)} dimensions", wanted=f"at most {most}", fix=_ENTRY)
        for value in dimensions.values():
            if not _selects(value, pattern):
                yield item.finding(found=value, wanted="a field of the pattern, such as $.agent", fix=_ENTRY)


@rule(
    "MON-FIL-005", level=Level.ERROR, why="A filter on another group depends on what nobody here keeps alive."
)
def filter_group_exists(item: MetricFilter, stack: Stack) -> Iterator[Breach]:
    """A filter reads a log group of this stack."""
    name = item.get("log_group_name")
    if not isinstance(name, Unknown) and _group(item, stack) is None:
        yield item.finding(
            found=name, wanted="a log group of this stack", fix="add the log group to the catalog"
        )


@rule("MON-FIL-006", level=Level.ERROR, why="Other classes of log groups take no metric filters.")
def filter_group_is_standard(item: MetricFilter, stack: Stack) -> Iterator[Breach]:
    """The log group of a filter is of the class STANDARD."""
    group = _group(item, stack)
    value = group.get("log_group_class") if group else None
    if is_known(value) and value not in (None, "", "STANDARD"):
        yield item.finding(found=value, wanted="STANDARD", fix="remove log_group_class from the log group")


@rule("MON-FIL-007", level=Level.ERROR, why="CloudWatch refuses a filter that publishes no number.")
def filter_publishes_one_value(item: MetricFilter) -> Iterator[Breach]:
    """A filter has one transformation, whose value is a number or one field."""
    count, most = len(item.transformations), facts.limit("filter_value_chars")
    if count != 1 and is_known(item.get("metric_transformation")):
        yield item.finding(found=f"{count} transformations", wanted=1, fix=_ENTRY)
    for transformation in item.transformations:
        value = transformation.get("value")
        if is_known(value) and not (_publishes(value, item.get("pattern")) and len(str(value)) <= most):
            yield item.finding(
                found=value, wanted="a number, or a field such as $.latency_ms", fix=_LOG_FIELDS
            )


@rule("MON-FIL-008", level=Level.ERROR, why="CloudWatch refuses it, or the metric hides among those of AWS.")
def filter_metric_is_named(item: MetricFilter) -> Iterator[Breach]:
    """The metric of a filter has a legal name, in a namespace of our own."""
    for transformation in item.transformations:
        for key, most in (("name", "metric_name_chars"), ("namespace", "namespace_chars")):
            value = transformation.get(key)
            if is_known(value) and not _is_name(value, facts.limit(most)):
                wanted = "legal characters, and no namespace that begins with AWS/"
                yield item.finding(found=value, wanted=wanted, fix="set project in config/")


def _group(item: MetricFilter, stack: Stack) -> LogGroup | None:
    return stack.linked(LogGroup, item.get("log_group_name"), "name", "id")


def _problem(pattern: Any) -> str | None:
    if not isinstance(pattern, str):
        return "it is text"
    try:
        parse_pattern(pattern)
    except PatternError as error:
        return str(error)
    return None


def _publishes(value: Any, pattern: Any) -> bool:
    if is_open(pattern) or _problem(pattern):
        return as_number(value) is not None or str(value).startswith("$")
    try:
        metric_value(parse_pattern(pattern), str(value), event="")
    except PatternError:
        return False
    return True


def _selects(value: Any, pattern: Any) -> bool:
    if is_open(value) or is_open(pattern) or _problem(pattern):
        return True
    try:
        return parse_pattern(pattern).tests(str(value))
    except PatternError:
        return False


def _is_name(value: Any, most: int) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= most
        and value.isprintable()
        and _NAME.fullmatch(value) is not None
        and not value.startswith("AWS/")
    )
