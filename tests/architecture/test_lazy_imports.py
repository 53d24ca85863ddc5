"""What draws documents and barcodes, reads workbooks, foretells demand and calls suppliers is loaded when it is first needed: most processes never
need it."""

import subprocess
import sys

HEAVY = (
    *("fpdf", "fontTools", "adapters.pdf.purchase_order"),
    *("openpyxl", "numpy", "core.forecasting"),
    "adapters.outgoing.plugin_http",
    *("barcode", "biip", "segno", "zxingcpp"),
)


def test_no_process_loads_at_its_start_what_few_need() -> None:
    """Seen to fail with each import at the head of the module that needs it."""
    program = f"import sys, apps.http.main, apps.worker.main\nprint([name for name in {HEAVY} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
