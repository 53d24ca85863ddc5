"""What is proposed to be ordered."""

from tests.matrix.calls.call import Call, Calls, at, one

_AT_PROPOSAL = {"proposal_id": "$proposal"}

REPLENISHMENT: Calls = {
    "POST /replenishment/run": (
        Call(),
        Call("of some", body={"sites": ["$site"], "products": ["$product"], "categories": ["$category"]}),
    ),
    "GET /replenishment/proposals": (
        Call(),
        Call("filtered", query={"site": "$site", "supplier": "$supplier"}),
        Call("of a product", query={"product": "$product"}),
    ),
    "GET /replenishment/proposals/{proposal_id}": at("proposal_id", "$proposal"),
    "POST /replenishment/proposals/{proposal_id}/accept": (
        Call(path=_AT_PROPOSAL),
        Call("otherwise", path=_AT_PROPOSAL, body={"supplier": "$supplier", "quantity": "7000"}),
    ),
    "POST /replenishment/proposals:accept": one(body={"ids": ["$proposal"]}),
    "POST /replenishment/proposals/{proposal_id}/dismiss": one(path=_AT_PROPOSAL, body={"until": "2100-01-01"}),
}
