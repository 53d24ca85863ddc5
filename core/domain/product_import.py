"""What a sheet of products changes: decided from its rows and from what the company has, before anything is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from core.domain.barcode import lookup_key
from core.domain.category import CategoryTree
from core.domain.errors import Fault
from core.domain.product import Component, PackCode, Product, ProductKind, changed_fields, component_faults, pack_code
from core.domain.product_sheet import SheetProduct, row_fault


@dataclass(frozen=True, slots=True)
class Known:
    """What the company has of what the rows name. `moved` are products whose stock has moved."""

    products: Mapping[str, Product]
    categories: CategoryTree
    barcode_owners: Mapping[str, UUID] = field(default_factory=dict)
    components: Mapping[UUID, frozenset[Component]] = field(default_factory=dict)
    references: Mapping[str, tuple[UUID, ProductKind]] = field(default_factory=dict)
    moved: frozenset[UUID] = frozenset()
    may_deactivate: bool = True


@dataclass(slots=True)
class Plan:
    """What to write, and every fault; nothing is written when there is one."""

    created: list[Product] = field(default_factory=list)
    changed: list[tuple[Product, list[str]]] = field(default_factory=list)
    unchanged: int = 0
    components: dict[UUID, frozenset[Component]] = field(default_factory=dict)
    barcodes: list[tuple[UUID, PackCode]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def plan_import(rows: Sequence[SheetProduct], known: Known) -> Plan:
    """Creates the products that the company lacks and changes those that it has, by SKU."""
    plan = Plan()
    drafts = [(row, known.products.get(row.sku), _draft(row, known)) for row in rows]
    in_sheet = {draft.sku.lower(): (draft.id, draft.kind) for _, _, draft in drafts}
    seen: dict[str, int] = {}
    claimed: dict[str, int] = {}
    for row, before, after in drafts:
        first = seen.setdefault(row.sku.lower(), row.row)
        if first != row.row and row.sku:
            plan.faults.append(row_fault(row.row, "sku", "repeated", f"stands in row {first} already"))
        plan.faults += _field_faults(row, before, after, known)
        parts = _parts(row, after, known, in_sheet, plan.faults)
        codes = _codes(row, after, known, claimed, plan.faults)
        _decide(plan, before, after, codes, parts if parts != known.components.get(after.id) else None)
    return plan


def _draft(row: SheetProduct, known: Known) -> Product:
    base = known.products.get(row.sku) or Product(sku=row.sku, name="")
    category = known.categories.at(row.category) if row.category else None
    return replace(base, **{**row.values, "category_id": category.id if category else base.category_id})


def _decide(
    plan: Plan,
    before: Product | None,
    after: Product,
    codes: list[PackCode],
    parts: frozenset[Component] | None,
) -> None:
    plan.barcodes += [(after.id, code) for code in codes]
    if parts is not None:
        plan.components[after.id] = parts
    if before is None:
        plan.created.append(after)
        return
    changed = [*changed_fields(before, after), *(["barcodes"] if codes else []), *(["components"] if parts else [])]
    if changed:
        plan.changed.append((after, changed))
    else:
        plan.unchanged += 1


def _field_faults(row: SheetProduct, before: Product | None, after: Product, known: Known) -> Iterable[Fault]:
    for fault in after.faults():
        yield row_fault(row.row, fault.pointer.strip("/"), fault.code, fault.detail)
    if row.category and known.categories.at(row.category) is None:
        yield row_fault(row.row, "category", "not_found", "there is no such category, and you may not create it")
    if before is None:
        return
    if after.kind != before.kind:
        yield row_fault(row.row, "kind", "fixed", f"is {before.kind} for good")
    if after.tracking != before.tracking and before.id in known.moved:
        yield row_fault(row.row, "tracking", "tracking_fixed", "is fixed once stock has moved")
    if after.active != before.active and not known.may_deactivate:
        yield row_fault(row.row, "active", "missing_permission", "changing this needs the permission product:delete")


def _codes(
    row: SheetProduct, product: Product, known: Known, claimed: dict[str, int], faults: list[Fault]
) -> list[PackCode]:
    """The barcodes that the product does not have yet."""
    codes: list[PackCode] = []
    for quantity, text in row.barcodes:
        key = lookup_key(text)
        if known.barcode_owners.get(key) == product.id:
            continue
        code, found = pack_code("", text, None, quantity)
        faults += [row_fault(row.row, "barcode", fault.code, f"{text}: {fault.detail}") for fault in found]
        if key in known.barcode_owners:
            faults.append(row_fault(row.row, "barcode", "barcode_taken", f"{text}: another product has this barcode"))
        elif claimed.setdefault(key, row.row) != row.row:
            faults.append(row_fault(row.row, "barcode", "repeated", f"{text} stands in row {claimed[key]} already"))
        elif code and code.barcode.key not in {one.barcode.key for one in codes}:
            codes.append(code)
    return codes


def _parts(
    row: SheetProduct,
    product: Product,
    known: Known,
    in_sheet: Mapping[str, tuple[UUID, ProductKind]],
    faults: list[Fault],
) -> frozenset[Component] | None:
    """The components that the row names, None where it names none."""
    if not row.components:
        return None
    if product.kind is not ProductKind.KIT:
        faults.append(row_fault(row.row, "components", "not_allowed", "only a kit has components"))
        return None
    pairs: list[tuple[UUID, Decimal]] = []
    for count, sku in row.components:
        target = in_sheet.get(sku.lower()) or known.references.get(sku)
        if target and target[1] is ProductKind.UNIT:
            pairs.append((target[0], count))
        else:
            detail = f"{sku}: no product that is a unit has this SKU"
            faults.append(row_fault(row.row, "components", "not_found", detail))
    unsound = component_faults("", [count for _, count in pairs], [product_id for product_id, _ in pairs])
    faults += [row_fault(row.row, "components", fault.code, fault.detail) for fault in unsound]
    return frozenset(Component(*pair) for pair in pairs)
