"""Lists as Vendure answers them: filtered, sorted, and never more than so many at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from graphql import GraphQLError

LIMIT = 1000

Record = dict[str, Any]


def listed(records: Sequence[Record], options: Mapping[str, Any] | None) -> Record:
    """A page of records, whose fields are named as in the schema; fields that begin with `_` only filter and sort."""
    options = options or {}
    take = options.get("take", LIMIT)
    if take > LIMIT:
        raise refusal("USER_INPUT_ERROR", f"Cannot take more than {LIMIT} results from a list query")
    found = [record for record in records if _fits(record, options.get("filter") or {})]
    for field, direction in reversed(list((options.get("sort") or {}).items())):
        found.sort(key=lambda record: _sortable(record[field]), reverse=direction == "DESC")
    skip = options.get("skip", 0)
    return {"items": found[skip : skip + take], "totalItems": len(found)}


def refusal(code: str | None, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code} if code else {})


def _fits(record: Record, condition: Mapping[str, Any]) -> bool:
    for name, wanted in condition.items():
        if name == "_and":
            fits = all(_fits(record, one) for one in wanted)
        elif name == "_or":
            fits = any(_fits(record, one) for one in wanted)
        else:
            fits = all(_compares(record[name], operator, value) for operator, value in wanted.items())
        if not fits:
            return False
    return True


def _compares(value: Any, operator: str, wanted: Any) -> bool:
    match operator:
        case "in":
            return value in wanted
        case "notIn":
            return value not in wanted
        case "isNull":
            return (value is None) is wanted
        case "after":
            return value is not None and value > datetime.fromisoformat(str(wanted))
        case _:
            raise AssertionError(f"this shop knows no {operator}")


def _sortable(value: Any) -> Any:
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value
