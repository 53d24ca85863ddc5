"""What requests cost, and the budget that they are paid from. Shopify's own arithmetic is not published: lists cost less than their length
here as there, and a mutation 10, but single figures prove nothing."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)

from .answers import Record, throttle_status

MUTATION = 10
_FREE = ("userErrors", "pageInfo")


class Budget:
    """A bucket that fills up over the shop's time."""

    def __init__(self, now: Callable[[], datetime], most: int, rate: int) -> None:
        self._now, self.most, self.rate = now, most, rate
        self._left, self._at = float(most), now()

    @property
    def left(self) -> float:
        now = self._now()
        self._left = min(self.most, self._left + (now - self._at).total_seconds() * self.rate)
        self._at = now
        return self._left

    def pay(self, cost: int) -> bool:
        """Whether there was enough."""
        if self.left < cost:
            return False
        self._left -= cost
        return True

    def give_back(self, points: int) -> None:
        """What was kept of an answer that turned out smaller than it might have been."""
        self._left = min(self.most, self.left + points)

    def drain(self) -> None:
        self._left, self._at = 0.0, self._now()

    def fill(self) -> None:
        self._left, self._at = float(self.most), self._now()

    def record(self, requested: int, actual: int | None) -> Record:
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": throttle_status(self.left, self.most, self.rate),
        }


def requested_cost(document: DocumentNode, variables: Mapping[str, Any]) -> int:
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    below = _cost(operation.selection_set, fragments, variables)
    return math.ceil(below + (MUTATION if operation.operation is OperationType.MUTATION else 0))


def actual_cost(document: DocumentNode, requested: int, data: object) -> int:
    """What is kept of the points in the end: a record of the answer costs one. Shopify answered a query of 25 points that found nothing with
    an actual cost of 1, and 1,999 of 2,000 were left (community.shopify.dev, thread 23101)."""
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    base = MUTATION if operation.operation is OperationType.MUTATION else 0
    return min(requested, base + _records(data))


def _records(value: object) -> int:
    if isinstance(value, list):
        return sum(map(_records, value))
    if isinstance(value, Mapping):
        return 1 + sum(_records(one) for name, one in value.items() if name not in _FREE)
    return 0


def _cost(
    selection: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
) -> float:
    total = 0.0
    for one in selection.selections:
        if isinstance(one, FragmentSpreadNode):
            total += _cost(fragments[one.name.value].selection_set, fragments, variables)
        elif isinstance(one, InlineFragmentNode):
            total += _cost(one.selection_set, fragments, variables)
        elif isinstance(one, FieldNode) and one.selection_set and one.name.value not in _FREE:
            total += _factor(one, variables) * (1 + _cost(one.selection_set, fragments, variables))
    return total


def _factor(field: FieldNode, variables: Mapping[str, Any]) -> float:
    """How much a list of so many costs more than one of its records."""
    for argument in field.arguments or ():
        value = argument.value
        if argument.name.value == "first":
            size = int(value.value) if isinstance(value, IntValueNode) else 1
            size = variables[value.name.value] if isinstance(value, VariableNode) else size
            return 1 + math.log(size)
        if argument.name.value == "ids" and isinstance(value, VariableNode):
            return len(variables[value.name.value])
    return 1
