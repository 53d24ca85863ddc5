"""Executing documents on the real schema; what is wrong with them is said as the live store says it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSyntaxError,
    NonNullTypeNode,
    OperationDefinitionNode,
    execute,
    get_directive_values,
    parse,
    type_from_ast,
    validate,
)
from graphql.utilities import validate_input_value

from .answers import Record, user_error

Resolver = Callable[..., Any]

# The mutations that want a key, as far as this shop has them.
KEYED = frozenset({"inventorySetQuantities", "inventoryActivate"})


class Executor:
    """`roots` are the fields of the schema's query and mutation that this shop has. Answers to mutations with a key are kept under it."""

    def __init__(self, schema: GraphQLSchema, roots: Mapping[str, Resolver]) -> None:
        self._schema, self._roots = schema, roots
        self._valid: dict[str, DocumentNode] = {}
        self._answered: dict[str, tuple[str, Record]] = {}

    def read(self, query: str) -> DocumentNode | list[Record]:
        """The document, or what is wrong with it."""
        if query in self._valid:
            return self._valid[query]
        try:
            document = parse(query)
        except GraphQLSyntaxError as error:
            return [{"message": error.message}]
        if errors := validate(self._schema, document):
            return [{"message": error.message, "extensions": {"code": "invalidDocument"}} for error in errors]
        self._valid[query] = document
        return document

    def run(self, document: DocumentNode, variables: Mapping[str, Any]) -> Record:
        if errors := self._wrong_variables(document, variables):
            return {"errors": errors}
        result = execute(
            self._schema,
            document,
            variable_values=dict(variables),
            field_resolver=self._resolve,
            type_resolver=lambda value, info, kind: value["__typename"],
        )
        for error in result.errors or ():  # type: ignore[union-attr]
            if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
                raise error.original_error
        body: Record = {"data": result.data}  # type: ignore[union-attr]
        if result.errors:  # type: ignore[union-attr]
            body["errors"] = [error.formatted for error in result.errors]  # type: ignore[union-attr]
        return body

    def _resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if source is None:
            return self._root(info, arguments)
        value = source[info.field_name]
        return value(**arguments) if callable(value) else value

    def _root(self, info: GraphQLResolveInfo[Any], arguments: dict[str, Any]) -> Any:
        name = info.field_name
        if name not in KEYED:
            return self._roots[name](**arguments)
        directive = info.schema.get_directive("idempotent")
        assert directive
        given = get_directive_values(directive, info.field_nodes[0], info.variable_values)
        if given is None:
            words = "The @idempotent directive is required for this mutation but was not provided."
            raise GraphQLError(words, extensions={"code": "BAD_REQUEST"})
        return self._once(given["key"], name, arguments)

    def _once(self, key: str, name: str, arguments: dict[str, Any]) -> Record:
        fingerprint = f"{name} {json.dumps(arguments, sort_keys=True)}"
        known = self._answered.get(key)
        if known is None:
            answer: Record = self._roots[name](**arguments)
            self._answered[key] = fingerprint, answer
            return answer
        if known[0] != fingerprint:
            return _refused(
                known[1], "The idempotency key was used with other parameters.", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
            )
        if known[1]["userErrors"]:
            return _refused(
                known[1],
                "The previous attempt with this idempotency key failed.",
                "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
            )
        return known[1]

    def _wrong_variables(self, document: DocumentNode, variables: Mapping[str, Any]) -> list[Record]:
        operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
        errors = []
        for definition in operation.variable_definitions or ():
            name, kind = definition.variable.name.value, type_from_ast(self._schema, definition.type)
            if name not in variables and not isinstance(definition.type, NonNullTypeNode):
                continue
            problems: list[Record] = []

            def keep(error: GraphQLError, path: Any, problems: list[Record] = problems) -> None:
                problems.append(_problem(error.message, list(path)))

            validate_input_value(variables.get(name), kind, keep)  # type: ignore[arg-type]
            if problems:
                errors.append(_invalid_variable(name, str(kind), variables.get(name), problems))
        return errors


def _refused(payload: Record, words: str, code: str) -> Record:
    return {name: [user_error(words, None, code)] if name == "userErrors" else None for name in payload}


def _problem(message: str, path: list[str | int]) -> Record:
    """What graphql-core says, in Shopify's words where they were recorded."""
    if " not to include unknown field '" in message:
        kind = message.partition("type '")[2].partition("'")[0].rstrip("!")
        unknown = message.partition("unknown field '")[2].partition("'")[0]
        at = path if path and path[-1] == unknown else [*path, unknown]
        return {"path": at, "explanation": f"Field is not defined on {kind}"}
    return {"path": path, "explanation": message}


def _invalid_variable(name: str, kind: str, value: Any, problems: list[Record]) -> Record:
    said = ", ".join(f"{'.'.join(map(str, one['path']))} ({one['explanation']})" for one in problems)
    return {
        "message": f"Variable ${name} of type {kind} was provided invalid value for {said}",
        "extensions": {"code": "INVALID_VARIABLE", "value": value, "problems": problems},
    }
