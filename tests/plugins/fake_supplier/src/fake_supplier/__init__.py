"""Suppliers who take their orders from a folder."""
