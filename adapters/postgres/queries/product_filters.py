"""Which products a list is of: the conditions that the filters mean, and the sites that count for them."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from adapters.postgres.tables import barcode, category, kit_component, product, site, site_stock
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.ports.catalogue import ProductFilter

COMPANY: ColumnElement[Any] = bindparam("company")
PRODUCT = product.alias("p")
KIT: ColumnElement[str] = literal_column("'kit'")
NOTHING: ColumnElement[Any] = literal_column("0")


def given_filters(actor: Actor, wanted: ProductFilter) -> frozenset[str]:
    """The filters that a question names, and `reach` for an actor who does not see every site."""
    names = {name for name in wanted.__struct_fields__ if getattr(wanted, name) not in (None, False)}
    return frozenset(
        names
        | ({"active"} if wanted.active is not None else set())
        | ({"reach"} if actor.read_sites is not None else set())
    )


def filter_values(actor: Actor, wanted: ProductFilter) -> dict[str, Any]:
    """The parameters of the filters."""
    return {
        "company": actor.company,
        "reach": None if actor.read_sites is None else list(actor.read_sites),
        "q": (wanted.q or "").lower(),
        "category": wanted.category,
        "kind": wanted.kind,
        "active": wanted.active,
        "site_id": parse_id(wanted.site or ""),
        "site_code": (wanted.site or "").upper(),
    }


def conditions(filters: frozenset[str]) -> list[ColumnElement[bool]]:
    """What a product must meet. Every statement names its company."""
    chosen = [condition(filters) for name, condition in _CONDITIONS.items() if name in filters]
    return [PRODUCT.c.company_id == COMPANY, *chosen]


def kits_available(source: FromClause, filters: frozenset[str]) -> ScalarSelect[Any]:
    """How often the components of a kit suffice, counted at each site and summed over the sites."""
    part, here, every = kit_component.alias("k"), site_stock.alias("ks"), kit_component.alias("ke")
    parts = select(func.count()).where(every.c.company_id == COMPANY, every.c.kit_id == source.c.id).correlate(source)
    suffices = func.min(func.floor((here.c.allocatable - here.c.promised) / part.c.quantity))
    at_site = (
        select(func.greatest(suffices, NOTHING).label("kits"))
        .select_from(part.join(here, here.c.product_id == part.c.component_id))
        .where(
            part.c.company_id == COMPANY,
            part.c.kit_id == source.c.id,
            here.c.company_id == COMPANY,
            *at_sites(here, filters),
        )
        .group_by(here.c.site_id)
        .having(func.count() == parts.scalar_subquery())
        .correlate(source)
        .subquery("at_site")
    )
    return select(func.coalesce(func.sum(at_site.c.kits), NOTHING)).scalar_subquery()


def at_sites(stock: FromClause, filters: frozenset[str]) -> list[ColumnElement[bool]]:
    """The sites that count: those within reach, and of them the one asked for."""
    chosen: list[ColumnElement[bool]] = []
    if "reach" in filters:
        chosen.append(stock.c.site_id == func.any(bindparam("reach")))
    if "site" in filters:
        chosen.append(stock.c.site_id == _wanted_site(filters).scalar_subquery())
    return chosen


def _wanted_site(filters: frozenset[str]) -> Select[Any]:
    named = or_(site.c.id == bindparam("site_id"), site.c.code == bindparam("site_code"))
    within = [site.c.id == func.any(bindparam("reach"))] if "reach" in filters else []
    return select(site.c.id).where(site.c.company_id == COMPANY, named, *within)


def _at_known_site(filters: frozenset[str]) -> ColumnElement[bool]:
    """Of a site that does not exist, or not for this actor, there are no products."""
    return exists(_wanted_site(filters))


def _matches_text(_: frozenset[str]) -> ColumnElement[bool]:
    """Part of the name, the SKU or a barcode. A GTIN is kept in 14 digits, so that any written form is part of it."""
    fragment: ColumnElement[str] = bindparam("q")
    by_code = exists().where(
        barcode.c.company_id == COMPANY,
        barcode.c.product_id == PRODUCT.c.id,
        func.strpos(func.lower(barcode.c.code), fragment) > NOTHING,
    )
    in_name = func.strpos(func.lower(PRODUCT.c.name), fragment) > NOTHING
    return or_(in_name, func.strpos(PRODUCT.c.sku_key, fragment) > NOTHING, by_code)


def _in_category(_: frozenset[str]) -> ColumnElement[bool]:
    """In the category or below it."""
    group, above = category.alias("g"), category.alias("ga")
    wanted: ColumnElement[Any] = bindparam("category")
    children = select(above.c.id).where(above.c.company_id == COMPANY, above.c.parent_id == wanted)
    within = or_(group.c.id == wanted, group.c.parent_id == wanted, group.c.parent_id.in_(children))
    return PRODUCT.c.category_id.in_(select(group.c.id).where(group.c.company_id == COMPANY, within))


def _is_low(filters: frozenset[str]) -> ColumnElement[bool]:
    return _stocked(filters, lambda stock: stock.c.is_low)


def _is_out(filters: frozenset[str]) -> ColumnElement[bool]:
    """Nothing on hand; of a kit, nothing available."""
    kits = and_(PRODUCT.c.kind == KIT, kits_available(PRODUCT, filters) == NOTHING)
    on_hand = _stocked(filters, lambda stock: stock.c.on_hand > NOTHING)
    return or_(kits, and_(PRODUCT.c.kind != KIT, ~on_hand))


def _stocked(filters: frozenset[str], condition: Callable[[FromClause], ColumnElement[bool]]) -> ColumnElement[bool]:
    stock = site_stock.alias("fs")
    return exists().where(
        stock.c.company_id == COMPANY,
        stock.c.product_id == PRODUCT.c.id,
        condition(stock),
        *at_sites(stock, filters),
    )


_CONDITIONS: Mapping[str, Callable[[frozenset[str]], ColumnElement[bool]]] = {
    "active": lambda _: PRODUCT.c.active == bindparam("active"),
    "kind": lambda _: PRODUCT.c.kind == bindparam("kind"),
    "category": _in_category,
    "q": _matches_text,
    "site": _at_known_site,
    "low": _is_low,
    "out": _is_out,
}
