"""The afternoon of docs/plugins/writing-a-storefront.md, from an empty folder to a shop that shows the stock, as it is written."""

import re
import sys
from pathlib import Path

from tests.pages import ROOT, run_page

PAGE = ROOT / "docs" / "plugins" / "writing-a-storefront.md"
INSTALL = "python -m pip install --editable .\n"
INSTALLED = f"""{sys.executable} -c 'from pathlib import Path
from core.testing.conformance.project import read_project
read_project(Path(".")).install(Path("../site"))'
export PYTHONPATH=$PYTHONPATH:$(pwd)/../site:$(pwd)/src
"""


def test_the_afternoon_leads_to_a_shop_that_shows_the_stock(tmp_path: Path, empty_database: str) -> None:
    """Only the installation is done without pip, which would want the network: as an editable one does it, by a path."""
    told = run_page(PAGE, tmp_path, empty_database, {INSTALL: INSTALLED})
    assert re.search(r"not fit \(5\d tests passed, 2 failed", told), told
    assert re.search(r"ecommerce_andes +0\.1\.0 +", told), told
    assert re.search(r'\[\{"item":"item-1","quantity":"\d+"\}\]$', told.strip()), told
