"""Forecasts of any data, and how they compare with what others would say."""
