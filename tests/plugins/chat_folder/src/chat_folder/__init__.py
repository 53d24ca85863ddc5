"""A chat in a folder."""
