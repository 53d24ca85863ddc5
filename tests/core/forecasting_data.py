"""Demand for the tests of the forecasts."""

import csv
import gzip
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from core.forecasting.series import Demand, Floats

WEEKLY = Path(__file__).parents[1] / "data" / "uci_sales_weekly" / "weekly.csv.gz"


def real_shop() -> Floats:
    """The weeks of a real shop, of shape (52, 407)."""
    with gzip.open(WEEKLY, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return np.array([row[1:] for row in rows], np.float32).T


def lumpy(periods: int, series: int, seed: int = 0) -> Floats:
    """Demand of many sizes, some of it rare, with stock-outs and late beginnings."""
    random = np.random.default_rng(seed)
    mean = np.exp(random.uniform(-2, 4, series))
    quantity = random.poisson(mean * random.gamma(0.5, 2, (periods, series))).astype(np.float32)
    quantity[random.random((periods, series)) < 0.05] = np.nan
    quantity[np.arange(periods)[:, None] < random.integers(0, max(periods // 2, 1), series)] = np.nan
    return quantity


@st.composite
def shops(draw: st.DrawFn) -> Demand:
    """From one product in its first week to many in more than a year."""
    periods, series = draw(st.sampled_from([1, 2, 5, 9, 27, 60])), draw(st.sampled_from([1, 2, 7, 40]))
    quantity = lumpy(periods, series, draw(st.integers(0, 1_000)))
    if draw(st.booleans()):
        quantity[:, draw(st.integers(0, series - 1))] = draw(st.sampled_from([0.0, np.nan, 1e7, 0.001]))
    return Demand(quantity, draw(st.integers(0, 200)))
