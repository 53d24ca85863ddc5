"""What the figures say: forecasts."""

from tests.matrix.calls.call import Call, Calls, one

INSIGHT: Calls = {
    "GET /forecasts": (Call(), Call("filtered", query={"product": "$product", "site": "$site"})),
    "GET /forecasts/runs": one(),
}
