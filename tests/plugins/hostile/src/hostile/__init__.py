"""A plugin that misbehaves as it is told."""
