"""Copies of a stack that are broken in one way."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

Stack = dict[str, Any]
Values = dict[str, Any]
Mutation = Callable[[Stack], Stack]
Where = Callable[[Values], Any]


def anything(_: Values) -> bool:
    return True


def has(name: str) -> Where:
    return lambda item: name in item


def fitting(stack: Stack, kind: str, where: Where = anything) -> Iterator[tuple[str, Values]]:
    found = [item for item in stack["resource"].get(kind, {}).items() if where(item[1])]
    if not found:
        raise LookupError(f"no {kind} fits")
    return iter(found)


def first(stack: Stack, kind: str, where: Where = anything) -> Values:
    return next(fitting(stack, kind, where))[1]


def changing(kind: str, change: Callable[[Values], Any], where: Where = anything) -> Mutation:
    def mutate(stack: Stack) -> Stack:
        broken = copy.deepcopy(stack)
        change(first(broken, kind, where))
        return broken

    return mutate


def setting(kind: str, where: Where = anything, **values: Any) -> Mutation:
    return changing(kind, lambda item: item.update(copy.deepcopy(values)), where)


def setting_all(kind: str, where: Where = anything, **values: Any) -> Mutation:
    def mutate(stack: Stack) -> Stack:
        broken = copy.deepcopy(stack)
        for _, item in fitting(broken, kind, where):
            item.update(copy.deepcopy(values))
        return broken

    return mutate


def dropping(kind: str, name: str, where: Where = anything) -> Mutation:
    return changing(kind, lambda item: item.pop(name), lambda item: name in item and where(item))


def querying(change: Callable[[list[Values]], Any], where: Where) -> Mutation:
    """Change the metric queries of an alarm."""
    return changing("aws_cloudwatch_metric_alarm", lambda item: change(item["metric_query"]), where)


def calculating(expression: str, where: Where) -> Mutation:
    """Replace the expression of an alarm."""

    def change(queries: list[Values]) -> None:
        next(query for query in queries if "expression" in query)["expression"] = expression

    return querying(change, where)


def removing(kind: str, where: Where = anything) -> Mutation:
    def mutate(stack: Stack) -> Stack:
        broken = copy.deepcopy(stack)
        del broken["resource"][kind][next(fitting(broken, kind, where))[0]]
        return broken

    return mutate


def doubling(kind: str, attribute: str, scope: str = "") -> Mutation:
    """Give the second of a kind the name of the first; of those in the first one's scope."""

    def mutate(stack: Stack) -> Stack:
        broken = copy.deepcopy(stack)
        found = [item for _, item in fitting(broken, kind)]
        groups = [[one for one in found if one.get(scope) == item.get(scope)] for item in found]
        one, other = next(group for group in groups if len(group) > 1)[:2]
        other[attribute] = one[attribute]
        return broken

    return mutate


def rewriting(kind: str, name: str, change: Callable[[Any], Any], where: Where = anything) -> Mutation:
    """Change what the JSON text of an argument says."""

    def edit(item: Values) -> None:
        document = json.loads(item[name])
        change(document)
        item[name] = json.dumps(document)

    return changing(kind, edit, lambda item: name in item and where(item))


def ruling(
    kind: str, change: Callable[[list[Values]], Any], where: Where = anything, name: str = "policy"
) -> Mutation:
    """Change the statements of a policy."""
    return rewriting(kind, name, lambda document: change(document["Statement"]), where)


def granting(kind: str, name: str = "policy", **statement: Any) -> Mutation:
    """Add a statement to the first policy of a kind."""
    return ruling(
        kind, lambda statements: statements.append({"Effect": "Allow", **statement}), has(name), name
    )


def denial(statements: list[Values]) -> Values:
    return next(one for one in statements if one["Effect"] == "Deny")


def service(name: str, statements: list[Values]) -> Values:
    """The statement for a service."""
    return next(one for one in statements if f"{name}.amazonaws.com" in json.dumps(one.get("Principal")))
