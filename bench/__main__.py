"""`python -m bench [names…]`: run the measurements, the short ones when none is named, and write bench/out/latest.json."""

import argparse

from bench.machine import machine_facts
from bench.measurements import MEASUREMENTS, ONLY_WHEN_NAMED
from bench.report import figure_line, summary, write
from bench.results import Figure, Results
from bench.stage import OUT, open_stage


def main() -> None:
    """Measure what the command line names."""
    arguments = argparse.ArgumentParser(prog="python -m bench", description="Measure the product and its baselines.")
    arguments.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help=f"of {', '.join(MEASUREMENTS)}; all but {', '.join(ONLY_WHEN_NAMED)} if none is given",
    )
    names = arguments.parse_args().names or [name for name in MEASUREMENTS if name not in ONLY_WHEN_NAMED]
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        arguments.error(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    _measure(names)


def _measure(names: list[str]) -> None:
    figures: list[Figure] = []
    with open_stage() as stage:
        machine = machine_facts(stage.server_url)
        for name in names:
            for figure in MEASUREMENTS[name](stage):
                print(figure_line(figure), flush=True)
                figures.append(figure)
    results = Results(figures)
    write(results, machine, OUT / "latest.json")
    print(f"\n{summary(results)}\n\nWritten to {OUT / 'latest.json'}")


if __name__ == "__main__":
    main()
