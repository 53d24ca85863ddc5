"""What draws documents and barcodes, reads workbooks, foretells demand and calls suppliers is loaded when it is first needed: most processes never
need it."""

import argparse
import subprocess
import sys

import pytest

from apps.cli.main import COMMANDS, parser

HEAVY = (
    *("fpdf", "fontTools", "adapters.pdf.purchase_order"),
    *("openpyxl", "numpy", "core.forecasting"),
    "adapters.outgoing.plugin_http",
    *("barcode", "biip", "segno", "zxingcpp"),
)


def test_no_process_loads_at_its_start_what_few_need() -> None:
    """Seen to fail with each import at the head of the module that needs it."""
    assert loaded("import apps.http.main, apps.worker.main", HEAVY) == "[]"


OF_THE_WORKER = ("taskiq", "aiohttp", "apps.worker.main")


@pytest.mark.parametrize(
    ("command", "others"), [("migrate", ("litestar", "uvicorn", *OF_THE_WORKER)), ("serve", OF_THE_WORKER)]
)
def test_a_command_loads_nothing_that_only_others_need(command: str, others: tuple[str, ...]) -> None:
    """Seen to fail with a parser of all commands, whichever was asked for."""
    assert loaded(f"from apps.cli.main import parser; parser({command!r})", others) == "[]"


def test_every_command_is_in_the_module_that_is_loaded_for_it() -> None:
    """Seen to fail with `user` in the module of `plugin`, and without `user`, which `people` registers."""
    for command in COMMANDS:
        assert command in commands_of(parser(command))
    assert commands_of(parser()) == set(COMMANDS)


def loaded(program: str, names: tuple[str, ...]) -> str:
    """Which of these modules are there after the program."""
    look = f"{program}\nimport sys; print([name for name in {names} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def commands_of(root: argparse.ArgumentParser) -> set[str]:
    return {name for action in root._actions if action.choices for name in action.choices}
