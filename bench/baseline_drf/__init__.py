"""The comparison: a usual inventory project on Django REST Framework, as a competent team would run it."""
