"""The figures that are kept: docs/benchmarks.md, written from the last run of each measurement on a machine that did nothing else."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.results import Figure, Results, Target
from bench.targets import TARGETS

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_KEPT = Path(__file__).parent / "kept.json"
_INTRODUCTION = """# Benchmarks

What is measured and why it is fair is told in [bench/README.md](../bench/README.md); every figure here is the last that was taken with
`python -m bench --keep NAME` on a machine that did nothing else. Others are measured in the same run as Pirwa, on the same server.
Rates of single runs differ by some 20 % on virtual machines; ratios differ less. What has no table here yet stands in that README.

"""
_TABLE = "| measurement | Pirwa | others | ratio | target | |\n|---|---|---|---|---|---|\n"


def keep(figures: Mapping[str, Sequence[Figure]], machine: Mapping[str, object]) -> None:
    """Remembers what was measured, in place of what the same measurements gave before, and writes the page."""
    taken = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{machine['cores']} cores of {machine['processor']}, Python {machine['python']}",
    }
    kept = _read() | {name: {**taken, "figures": [asdict(one) for one in each]} for name, each in figures.items()}
    _KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """docs/benchmarks.md: one table for each measurement."""
    return _INTRODUCTION + "\n".join(_section(name, taken) for name, taken in _read().items())


def _section(name: str, taken: Mapping[str, Any]) -> str:
    results = Results(Figure(**figure) for figure in taken["figures"])
    return f"## {name}\n\n`python -m bench {name}`, {taken['date']}, {taken['machine']}\n\n{_TABLE}{''.join(_rows(results))}"


def _rows(results: Results) -> Iterator[str]:
    for name in dict.fromkeys(figure.measurement for figure in results.figures):
        ours = [figure for figure in results.figures if figure.measurement == name and figure.subject == "pirwa"]
        others = [figure for figure in results.figures if figure.measurement == name and figure.subject != "pirwa"]
        ratios = [ratio for ratio in results.ratios() if ratio.measurement == name]
        verdicts = [results.verdict(target) for target in TARGETS if target.measurement == name]
        cells = (
            name,
            ", ".join(f"{_shown(figure.value)} {figure.unit}" for figure in ours),
            ", ".join(f"{figure.subject} {_shown(figure.value)}" for figure in others),
            ", ".join(f"{ratio.value:.2f} × {ratio.against}" for ratio in ratios),
            ", ".join(_bound(verdict.target) for verdict in verdicts),
            ", ".join("reached" if verdict.reached else "**missed**" for verdict in verdicts),
        )
        yield f"| {' | '.join(cells)} |\n"


def _shown(value: float) -> str:
    """Four digits that count, and never an exponent."""
    return f"{float(f'{value:.4g}'):,.12g}"


def _bound(target: Target) -> str:
    bound = f"≥ {target.at_least:,}" if target.at_least is not None else f"≤ {target.at_most:,}"
    return f"{bound} × {target.against}" if target.against else bound


def _read() -> dict[str, Any]:
    return json.loads(_KEPT.read_text(encoding="utf-8")) if _KEPT.exists() else {}
