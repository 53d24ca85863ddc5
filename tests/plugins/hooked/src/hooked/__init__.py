"""A carrier that takes webhooks, has secrets, and builds on another plugin."""
