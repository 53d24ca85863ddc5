"""The demonstration companies: what they are, sell and did in the past year."""
