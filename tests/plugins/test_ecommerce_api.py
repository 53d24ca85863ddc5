"""A shop without a plugin, after docs/ecommerce-api.md, as it is written."""

import ast
import re
from pathlib import Path

from core.reactions.storefront_sync import EVENT_TYPES
from tests.pages import ROOT, run_page

PAGE = ROOT / "docs" / "ecommerce-api.md"


def test_a_shop_sells_from_the_stock_by_http_alone(tmp_path: Path, empty_database: str) -> None:
    told = run_page(PAGE, tmp_path, empty_database)
    said = dict(re.findall(r"(before|held|refused|ordered|sent|orders|now) (.*)", told[told.rindex("before ") :]))
    before, held = int(said["before"].split()[0]), int(said["held"])
    assert held == before - 2, told
    assert said["refused"] == "409 insufficient_stock /lines/0/quantity"
    assert said["ordered"].split()[1] == said["sent"].split()[2] == str(held), told
    assert said["sent"].split()[:2] == ["fulfilled", "fulfilled"], told
    assert said["orders"] == "[('#1001', 'fulfilled')]", told
    assert said["now"] == f'{{"PAP-A4": "{held}"}}', told


def test_the_page_names_every_event_that_changes_what_may_be_sold() -> None:
    found = re.search(r"^CHANGES = (\[.*?\])", PAGE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert found
    assert set(ast.literal_eval(found[1])) == EVENT_TYPES
