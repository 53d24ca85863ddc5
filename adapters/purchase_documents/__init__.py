"""Purchase orders on paper."""
