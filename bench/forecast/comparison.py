"""`python -m bench.forecast.comparison FOLDER [METHOD ...]`: the open data sets of a folder, forecast by the product and by others."""

import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from bench.forecast.measures import HORIZONS, PROBABILITIES, Score, stock_for
from bench.forecast.methods import Method, pirwa, seasonal_naive, textbook
from bench.forecast.residual_table import with_quantiles
from bench.forecast.sets import DataSet, data_sets

FILLS = (0.85, 0.9)
LIBRARY = ("AutoETS", "IMAPA", "TSB")
TOO_MANY = 8_000  # series, with which the library is not tried


def methods(wanted: list[str]) -> Mapping[str, Method]:
    """Those named, or all."""
    own = {
        "pirwa": pirwa,
        "textbook": textbook,
        "seasonal naive": with_quantiles(lambda demand: seasonal_naive(demand).mean),
    }
    chosen = wanted or [*own, *LIBRARY]
    return {name: own[name] if name in own else _of_library(name) for name in chosen}


def _of_library(name: str) -> Method:
    from bench.forecast.library import library_mean

    return with_quantiles(partial(library_mean, name))


def measured(data: DataSet, method: Method) -> dict[str, float]:
    """All measures of a method on a data set, with the processor time of 10,000 series."""
    score, levels, series = Score(), {}, 0
    for origin, chosen, demand in data.views():
        began = time.process_time()
        said = method(demand)
        score.seconds += time.process_time() - began
        series += demand.series
        score.add(said, data.quantity[origin:, chosen])
        level = np.full((len(PROBABILITIES), data.quantity.shape[1]), np.nan)
        level[:, chosen] = said.quantiles[:, HORIZONS.index(3)]
        levels[origin] = level
    stocks = {f"stock@{fill:.0%}": stock_for(data, levels, fill) for fill in FILLS}
    return {**score.figures(), **stocks, "s/10k": score.seconds / series * 10_000}


def main(folder: Path, wanted: list[str]) -> None:
    """Prints a row of a table for each method and data set."""
    for place, data in enumerate(data_sets(folder)):
        for name, method in methods(wanted).items():
            if name in LIBRARY and data.quantity.shape[1] > TOO_MANY:
                continue
            figures = measured(data, method)
            if not place and name == next(iter(methods(wanted))):
                print("| data | method |", " | ".join(figures), "|")
                print("|---|---|", "---|" * len(figures), sep="")
            print(f"| {data.name} | {name} |", " | ".join(f"{each:.3f}" for each in figures.values()), "|", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m bench.forecast.comparison FOLDER [METHOD ...]")
    main(Path(sys.argv[1]), sys.argv[2:])
