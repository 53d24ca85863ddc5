"""Demand forecasts: pure functions on arrays. Figures in here are estimates in floating point; whoever takes them out rounds them to
exact decimals."""
