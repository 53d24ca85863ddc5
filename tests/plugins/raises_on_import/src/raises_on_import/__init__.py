"""A plugin whose code cannot even be imported."""
