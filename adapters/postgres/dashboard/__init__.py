"""The statements behind the dashboard, and what asks them."""
