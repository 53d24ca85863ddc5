"""How orders reach suppliers."""
