"""Whether a plugin is fit to be used: what can be said of it without knowing its other side."""
