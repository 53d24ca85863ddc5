"""Measurements of the product against PostgreSQL itself and against a usual Django application."""
