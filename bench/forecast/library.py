"""What statsforecast would say, with its own defaults and no season."""

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import IMAPA, TSB, AutoETS, HistoricAverage

from bench.forecast.measures import HORIZONS
from core.forecasting.series import Demand, Doubles

MODELS = {
    "AutoETS": lambda: AutoETS(season_length=1, model="ZZN"),
    "IMAPA": lambda: IMAPA(),
    "TSB": lambda: TSB(alpha_d=0.1, alpha_p=0.1),
}


def library_mean(name: str, demand: Demand) -> Doubles:
    """Expected sums. Nothing is expected of a series without a past; a missing period inside one counts as 0, since the library takes
    none; of one too short for the model, its mean is expected."""
    frame = _frame(demand)
    mean = np.zeros((len(HORIZONS), demand.series))
    library = StatsForecast(models=[MODELS[name]()], freq=1, n_jobs=1, fallback_model=HistoricAverage())
    if len(frame):
        said = library.forecast(df=frame, h=max(HORIZONS))
        weekly = said.pivot(index="ds", columns="unique_id", values=said.columns[-1])
        sums = np.maximum(np.nan_to_num(weekly.to_numpy(np.float64)), 0).cumsum(axis=0)
        mean[:, weekly.columns.to_numpy()] = sums[np.array(HORIZONS) - 1]
    return mean


def _frame(demand: Demand) -> pd.DataFrame:
    begun = np.logical_or.accumulate(~np.isnan(demand.quantity), axis=0)
    series, period = np.nonzero(begun.T)
    values = np.nan_to_num(demand.quantity[period, series]).astype(np.float64)
    return pd.DataFrame({"unique_id": series, "ds": period + 1, "y": values})
