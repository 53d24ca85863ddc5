"""What every implementation of a port must do: test classes with one fixture to give."""

import pytest

pytest.register_assert_rewrite("core.testing.contracts.stock_ledger")
