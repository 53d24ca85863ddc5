"""`python -m bench [names…]`: run the measurements, the short ones when none is named, and write bench/out/latest.json.

With `--keep` the figures go into docs/benchmarks.md as well.
"""

import argparse

from bench import kept
from bench.machine import machine_facts
from bench.measurements import MEASUREMENTS, ONLY_WHEN_NAMED
from bench.report import figure_line, summary, write
from bench.results import Figure, Results
from bench.stage import OUT, open_stage


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the product and its baselines.")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help=f"of {', '.join(MEASUREMENTS)}; all but {', '.join(ONLY_WHEN_NAMED)} if none is given",
    )
    parser.add_argument("--keep", action="store_true", help="write the figures into docs/benchmarks.md")
    arguments = parser.parse_args()
    names = arguments.names or [name for name in MEASUREMENTS if name not in ONLY_WHEN_NAMED]
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    figures, machine = _measure(names)
    if arguments.keep:
        kept.keep(figures, machine)


def _measure(names: list[str]) -> tuple[dict[str, list[Figure]], dict[str, object]]:
    """The figures by measurement, and the facts about the machine."""
    figures: dict[str, list[Figure]] = {}
    with open_stage() as stage:
        machine = machine_facts(stage.server_url)
        for name in names:
            figures[name] = []
            for figure in MEASUREMENTS[name](stage):
                print(figure_line(figure), flush=True)
                figures[name].append(figure)
    results = Results(figure for taken in figures.values() for figure in taken)
    write(results, machine, OUT / "latest.json")
    print(f"\n{summary(results)}\n\nWritten to {OUT / 'latest.json'}")
    return figures, machine


if __name__ == "__main__":
    main()
