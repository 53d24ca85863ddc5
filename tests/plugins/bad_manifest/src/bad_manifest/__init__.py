"""A plugin whose manifest has several faults."""
