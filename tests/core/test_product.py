"""Products and categories by themselves, and products as rows of a sheet."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.barcode import BarcodeKind
from core.domain.category import Category, CategoryTree, format_path, parse_path
from core.domain.errors import Conflict, Invalid, NotFound
from core.domain.ids import new_id
from core.domain.product import Product, ProductKind, Tracking, pack_code
from core.domain.product_import import Known, plan_import
from core.domain.product_sheet import COLUMNS, header_faults, read_row, written_list
from core.domain.text import text_fault, tidy

texts = st.text(max_size=30).map(tidy).filter(lambda text: text_fault("", text, 30, required=False, lines=True) is None)
lists = st.lists(
    st.tuples(
        st.decimals(min_value="0.000001", max_value=999_999, places=6).map(lambda number: number.normalize()),
        texts.filter(lambda text: text and ";" not in text and "\n" not in text),
    ),
    max_size=4,
)


def codes_of(product: Product) -> set[tuple[str, str]]:
    return {(fault.pointer, fault.code) for fault in product.faults()}


def test_all_that_is_wrong_with_a_product_is_said_at_once() -> None:
    product = Product(
        sku=" ; ",
        name="",
        unit="a\tb",
        price=Decimal("-1"),
        cost=Decimal("0.00001"),
        shelf_life_days=0,
        kind=ProductKind.KIT,
        tracking=Tracking.LOT,
    )
    assert codes_of(product) == {
        ("/sku", "not_allowed"),
        ("/name", "required"),
        ("/unit", "control_character"),
        ("/price", "out_of_range"),
        ("/cost", "too_precise"),
        ("/shelf_life_days", "out_of_range"),
        ("/tracking", "not_allowed"),
    }


def test_a_sku_in_the_form_of_an_id_is_refused_because_it_would_be_taken_for_that_id() -> None:
    assert codes_of(Product(sku=str(new_id()), name="Tea")) == {("/sku", "not_allowed")}
    assert codes_of(Product(sku="TEA-1", name="Té")) == set()


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("4006381333931", None, BarcodeKind.GTIN),
        (" 96385074 ", None, BarcodeKind.GTIN),
        ("12345", None, BarcodeKind.CUSTOM),
        ("SHELF 7/B", None, BarcodeKind.CUSTOM),
        ("4006381333932", BarcodeKind.CUSTOM, BarcodeKind.CUSTOM),
    ],
)
def test_digits_in_the_length_of_a_gtin_are_one_unless_said_otherwise(
    code: str, kind: BarcodeKind | None, expected: BarcodeKind
) -> None:
    found, faults = pack_code("/x", code, kind, Decimal(1))
    assert found is not None
    assert (found.barcode.kind, found.barcode.code, faults) == (expected, code.strip(), [])


def test_a_wrong_check_digit_is_named_together_with_a_wrong_quantity() -> None:
    found, faults = pack_code("/x", "4006381333932", None, Decimal(0))
    assert found is None
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("/x/pack_quantity", "out_of_range"),
        ("/x/code", "gtin_check_digit"),
    ]
    assert faults[1].extra == {"check_digit": "1"}


# ------------------------------------------------------------------ the tree

ELECTRONICS = Category("Electrónica")
COMPUTERS = Category("Computadoras", ELECTRONICS.id, 2)
LAPTOPS = Category("Laptops", COMPUTERS.id, 3)
OFFICE = Category("Oficina")
TREE = CategoryTree([LAPTOPS, OFFICE, COMPUTERS, ELECTRONICS])


def test_the_tree_has_three_levels() -> None:
    assert TREE.path(LAPTOPS.id) == ("Electrónica", "Computadoras", "Laptops")
    with pytest.raises(Invalid) as refusal:
        TREE.added("Ultrabooks", LAPTOPS.id)
    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [("/parent", "too_deep")]


def test_a_category_moves_with_what_lies_below_it_as_far_as_that_fits() -> None:
    assert TREE.changed(COMPUTERS.id, "Computadoras", OFFICE.id).depth == 2
    assert TREE.changed(COMPUTERS.id, "Computadoras", None).depth == 1
    for parent, code in ((COMPUTERS.id, "inside_itself"), (LAPTOPS.id, "inside_itself"), (new_id(), "not_found")):
        with pytest.raises(Invalid) as refusal:
            TREE.changed(ELECTRONICS.id, "Electrónica", parent)
        assert [fault.code for fault in refusal.value.faults] == [code]
    with pytest.raises(Invalid, match="3 levels"):
        TREE.changed(ELECTRONICS.id, "Electrónica", OFFICE.id)


def test_two_categories_of_one_parent_have_two_names() -> None:
    with pytest.raises(Conflict, match="already"):
        TREE.added("Oficina", None)
    with pytest.raises(Conflict, match="already"):
        TREE.changed(COMPUTERS.id, "Oficina", None)
    assert TREE.added("Oficina", ELECTRONICS.id).depth == 2


def test_a_name_without_letters_or_with_the_separator_is_refused() -> None:
    for name in ("  ", "A > B", "x" * 101, "tab\tbed"):
        with pytest.raises(Invalid):
            TREE.added(name, None)
    with pytest.raises(NotFound):
        TREE.get(new_id())


def test_only_what_is_missing_of_a_path_is_added() -> None:
    extended, added = TREE.extended([("Oficina", "Papelería", "Resmas"), ("Oficina", "Papelería"), ("Oficina",)])
    assert [(one.name, one.depth) for one in added] == [("Papelería", 2), ("Resmas", 3)]
    assert extended.at(parse_path("Oficina > Papelería>Resmas")) == added[1]
    assert TREE.at(("Oficina", "Papelería")) is None


# ------------------------------------------------------------------ sheets


@given(texts, texts, lists)
def test_what_is_written_into_a_row_is_read_back(
    name: str, description: str, entries: list[tuple[Decimal, str]]
) -> None:
    cells = [name, description, written_list(entries)]
    row, faults = read_row(("name", "description", "barcode"), 7, cells)
    assert faults == []
    assert (row.values.get("name", ""), row.values.get("description", "")) == (name, description)
    assert list(row.barcodes) == entries


@given(st.lists(st.text("abc ", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=3))
def test_a_path_is_read_back(names: list[str]) -> None:
    assert parse_path(format_path(tuple(names))) == tuple(names)


def test_every_cell_that_cannot_be_understood_is_named() -> None:
    header = ("SKU", "price", "active", "kind", "tracking", "shelf_life_days", "category")
    cells = ["A", "1,50", "perhaps", "box", "all", "2.5", "a > b > c > d", "surplus"]
    row, faults = read_row(header, 12, cells)
    assert row.sku == "A"
    assert {(fault.pointer, fault.code) for fault in faults} == {
        ("/rows/12/", "too_many_cells"),
        ("/rows/12/price", "bad_format"),
        ("/rows/12/active", "bad_format"),
        ("/rows/12/kind", "bad_format"),
        ("/rows/12/tracking", "bad_format"),
        ("/rows/12/shelf_life_days", "bad_format"),
        ("/rows/12/category", "too_deep"),
    }
    assert all(fault.extra["row"] == 12 for fault in faults)


def test_a_header_needs_the_sku_and_knows_its_columns() -> None:
    assert header_faults(COLUMNS) == []
    assert [(fault.pointer, fault.code) for fault in header_faults(("Name", "colour"))] == [
        ("/columns/colour", "unknown_column"),
        ("/columns/sku", "required"),
    ]


def test_empty_cells_leave_a_product_as_it_is() -> None:
    tea = Product(sku="TEA", name="Tea", price=Decimal("2.50"), description="black")
    row, _ = read_row(COLUMNS, 2, ["tea", *[""] * (len(COLUMNS) - 1)])
    plan = plan_import([row], Known({"tea": tea}, TREE))
    assert (plan.unchanged, plan.created, plan.changed, plan.faults) == (1, [], [], [])


def test_components_may_stand_in_the_same_sheet_as_their_kit() -> None:
    rows = [
        read_row(("sku", "name", "kind", "components"), number, cells)[0]
        for number, cells in enumerate(
            [("SET", "Set", "kit", "2 x cup; TEA; ghost; SET"), ("CUP", "Cup", "", ""), ("TEA", "Tea", "", "")], 2
        )
    ]
    plan = plan_import(rows, Known({}, TREE))
    by_sku: dict[str, UUID] = {product.sku: product.id for product in plan.created}
    parts = {(part.product_id, part.quantity) for part in plan.components[by_sku["SET"]]}
    assert parts == {(by_sku["CUP"], Decimal(2)), (by_sku["TEA"], Decimal(1))}
    assert [fault.detail.split(":")[0] for fault in plan.faults] == ["ghost", "SET"]
