"""Bulk queries: checked as the live store does, prepared some pollings later, read as a file."""

import json
from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    validate,
)

from .answers import Record, user_error, variant_record
from .records import Bulk, Shop, gid

AT_ONCE = 5


class BulkQueries:
    """`polls` is how often a file is asked for before it is ready."""

    def __init__(self, shop: Shop, schema: GraphQLSchema, host: str) -> None:
        self._shop, self._schema, self._host = shop, schema, host
        self.polls = 2

    def start(self, query: str) -> Record:
        if errors := self._errors(query):
            return {"bulkOperation": None, "userErrors": errors}
        running = [one for one in self._shop.bulks.values() if one.status in ("CREATED", "RUNNING")]
        if len(running) >= AT_ONCE:
            ids = ", ".join(gid("BulkOperation", one.number) for one in running)
            words = f"A bulk query operation for this app and shop is already in progress: {ids}."
            return {"bulkOperation": None, "userErrors": [user_error(words, None, "OPERATION_IN_PROGRESS")]}
        number = self._shop.next_number()
        bulk = self._shop.bulks[number] = Bulk(number, "CREATED", self.polls, self._file(query))
        return {"bulkOperation": self.record(bulk), "userErrors": []}

    def asked_for(self, number: int | None) -> Record | None:
        bulk = self._shop.bulks.get(number or 0)
        if bulk is None:
            return None
        if bulk.status in ("CREATED", "RUNNING"):
            bulk.status = "RUNNING" if bulk.polls_left else "COMPLETED"
            bulk.polls_left -= 1
        return self.record(bulk)

    def record(self, bulk: Bulk) -> Record:
        ready = bulk.status == "COMPLETED" and bulk.file
        return {
            "id": gid("BulkOperation", bulk.number),
            "status": bulk.status,
            "errorCode": bulk.error_code,
            "url": f"https://{self._host}/bulk/{bulk.number}.jsonl?signature=x" if ready else None,
        }

    def _errors(self, query: str) -> list[Mapping[str, object]]:
        try:
            document = parse(query)
        except GraphQLSyntaxError as error:
            return [_invalid(f"Invalid bulk query: {error.message}")]
        operation = document.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        if operation.operation is not OperationType.QUERY:
            return [_invalid("Invalid operation type. Only `query` operations are supported.")]
        if errors := validate(self._schema, document):
            return [_invalid(error.message) for error in errors]
        return _errors_of_shape(operation.selection_set)

    def _file(self, query: str) -> bytes:
        """Only the list of variants is understood: whoever asks for more extends this."""
        operation = parse(query).definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        (root,) = _fields(operation.selection_set)
        if root.name.value != "productVariants":
            return b""
        node = _inside(_inside(root, "edges"), "node")
        lines = (_chosen(variant_record(self._shop, one), node) for one in self._shop.variants.values())
        return b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)


def _errors_of_shape(root: SelectionSetNode) -> list[Mapping[str, object]]:
    errors = []
    if any(field.name.value == "node" for field in _fields(root)):
        errors.append(_invalid("Bulk queries cannot contain a top level `node` field."))
    by_nodes = [field.name.value for field in _all_fields(root) if _has(field, "nodes")]
    if by_nodes:
        words = (
            "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
            f"'{by_nodes[0]} {{ edges {{ node {{'. Selecting via 'nodes' is not supported. "
            f"Invalid connection fields: '{by_nodes[0]}'."
        )
        return [_invalid(words)]
    connections = [field for field in _all_fields(root) if _has(field, "edges")]
    if not connections:
        errors.append(_invalid("Bulk queries must contain at least one connection."))
    if len(connections) > AT_ONCE:
        errors.append(_invalid(f"Bulk queries cannot contain more than {AT_ONCE} connections."))
    return errors


def _invalid(words: str) -> Mapping[str, object]:
    return user_error(words, ["query"], "INVALID")


def _fields(selection: SelectionSetNode | None) -> list[FieldNode]:
    return [one for one in (selection.selections if selection else ()) if isinstance(one, FieldNode)]


def _all_fields(selection: SelectionSetNode | None) -> list[FieldNode]:
    here = _fields(selection)
    return [*here, *(below for field in here for below in _all_fields(field.selection_set))]


def _has(field: FieldNode, name: str) -> bool:
    return any(one.name.value == name for one in _fields(field.selection_set))


def _inside(field: FieldNode, name: str) -> FieldNode:
    return next(one for one in _fields(field.selection_set) if one.name.value == name)


def _chosen(record: Record, field: FieldNode) -> dict[str, Any]:
    return {
        one.name.value: _chosen(record[one.name.value], one) if one.selection_set else record[one.name.value]
        for one in _fields(field.selection_set)
    }
