"""Who publishes a metric: AWS, a filter or a function of this stack, or something that config/ declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modules import facts
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.delivery_resources import Function, Schedule
from modules.resources.series import Series
from modules.resources.stacks import Stack
from modules.resources.views import MetricFilter
from modules.terraform.values import as_map, as_text, is_open
from policies.context import Context, PublishedOutside


def is_named(item: Series, stack: Stack, context: Context, graph: DeliveryGraph) -> bool:
    """Whether anybody publishes a metric of this namespace and name, under whatever dimensions."""
    if item.metric is None:
        return False
    by_aws = facts.metric(*item.metric) is not None
    return (
        by_aws
        or bool(_filters(item, stack))
        or any(_is_at_work(one, stack, graph) for one in _declared(item, context))
    )


def is_published(item: Series, stack: Stack, context: Context, graph: DeliveryGraph) -> bool:
    """Whether anybody publishes it under exactly these dimensions."""
    names = item.dimension_names
    if names is None:
        return True
    return (
        aws_publishes(item, names)
        or filter_of(item, stack) is not None
        or any(
            _same(item, one.dimensions) and _is_at_work(one, stack, graph) for one in _declared(item, context)
        )
    )


def aws_publishes(item: Series, names: frozenset[str]) -> bool:
    """Whether AWS does; without dimensions only what is the account's own truth counts."""
    fact = facts.metric(*item.metric) if item.metric else None
    if fact is None:
        return False
    return fact.has_dimensions(names) and (bool(names) or fact.account_wide)


def filter_of(item: Series, stack: Stack) -> Mapping[str, Any] | None:
    """The transformation of this stack that publishes it. A filter publishes with all its dimensions."""
    names = item.dimension_names
    for transformation in _filters(item, stack):
        dimensions = transformation.get("dimensions")
        if names is None or is_open(dimensions) or frozenset(as_map(dimensions)) == names:
            return transformation
    return None


def declared(item: Series, context: Context) -> PublishedOutside | None:
    """The declaration of config/ that says who publishes it."""
    return next((one for one in _declared(item, context) if _same(item, one.dimensions)), None)


def _is_at_work(one: PublishedOutside, stack: Stack, graph: DeliveryGraph) -> bool:
    """Whether it can publish: outside of the stack as declared, inside if the stack starts its function."""
    if one.function is None:
        return True
    return any(
        isinstance(starter, Schedule) and starter.text("state") != "DISABLED"
        for function in stack.of(Function)
        if function.text("function_name") == one.function
        for starter in graph.starters.get(function.address, ())
    )


def _same(item: Series, dimensions: Mapping[str, str]) -> bool:
    """Equal dimensions, as far as they are known."""
    if item.dimension_names is None:
        return True
    found = as_map(item.dimensions)
    return found.keys() == dimensions.keys() and all(
        is_open(value) or value == dimensions[name] for name, value in found.items()
    )


def _filters(item: Series, stack: Stack) -> list[Mapping[str, Any]]:
    return [
        transformation
        for each in stack.of(MetricFilter)
        for transformation in each.transformations
        if item.metric == (as_text(transformation.get("namespace")), as_text(transformation.get("name")))
    ]


def _declared(item: Series, context: Context) -> Iterator[PublishedOutside]:
    return (one for one in context.published_outside if item.metric == (one.namespace, one.name))
