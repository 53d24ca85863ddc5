"""Shows figures, ratios and targets, and writes them down."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from bench.results import Figure, Results, Target, Verdict
from bench.targets import TARGETS


def figure_line(figure: Figure) -> str:
    """One figure for the eye."""
    details = "  ".join(f"{name} {_plain(value)}" for name, value in figure.details.items() if name != "answers")
    return f"{figure.measurement:40} {figure.subject:10} {figure.value:>12,.1f} {figure.unit:12} {details}"


def summary(results: Results) -> str:
    """The table of ratios and the targets with their verdicts."""
    ratios = [
        f"{ratio.measurement:40} {ratio.subject} / {ratio.against:12} {ratio.value:8.2f}" for ratio in results.ratios()
    ]
    verdicts = [_verdict_line(results.verdict(target)) for target in TARGETS]
    return "\n".join(["Ratios", *(ratios or ["none in this run"]), "", "Targets", *verdicts])


def write(results: Results, machine: Mapping[str, object], file: Path) -> None:
    """Write everything as JSON."""
    content = {
        "machine": machine,
        "figures": [asdict(figure) for figure in results.figures],
        "ratios": [asdict(ratio) for ratio in results.ratios()],
        "targets": [asdict(results.verdict(target)) for target in TARGETS],
    }
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _verdict_line(verdict: Verdict) -> str:
    said = {None: "not measured", True: "reached", False: "MISSED"}[verdict.reached]
    value = "" if verdict.value is None else f"{verdict.value:,.2f}"
    return f"{_target_name(verdict.target):58} {_bound(verdict.target):>12} {value:>12}  {said}"


def _target_name(target: Target) -> str:
    return f"{target.measurement}, {target.subject}" + (f" / {target.against}" if target.against else "")


def _bound(target: Target) -> str:
    return f">= {target.at_least:,}" if target.at_least is not None else f"<= {target.at_most:,}"


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{name} {part}" for name, part in value.items()) + ")"
    return str(value)
