"""Shopify's real schemas, each loaded once."""

import gzip
import json
from functools import cache
from pathlib import Path

from graphql import GraphQLSchema, build_client_schema

DATA = Path(__file__).parents[1] / "data"


@cache
def schema_of(version: str) -> GraphQLSchema:
    """Shopify's schema as it was introspected; it breaks some rules of deprecation, so that its validity is assumed."""
    introspection = json.loads(gzip.decompress((DATA / f"admin_{version}.json.gz").read_bytes()))
    return build_client_schema(introspection["data"], assume_valid=True)
