"""`python -m bench.forecast TRAIN.parquet OUT.parquet`: what the product would have said."""

import sys
from pathlib import Path

from bench.forecast.tables import read_train, write_figures
from core.forecasting.forecast import fit


def main(train: Path, out: Path) -> None:
    """Forecasts the sums that TRAIN.parquet.json asks for from the sales in TRAIN.parquet."""
    asked, demand = read_train(train)
    figures = fit(demand, horizons=asked.horizons, probabilities=asked.probabilities).figures
    write_figures(out, asked, figures)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m bench.forecast TRAIN.parquet OUT.parquet")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
