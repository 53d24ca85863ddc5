"""What the figures say: forecasts and reports."""

from tests.matrix.calls.call import Call, Calls, at, one

_NARROWED = {"site": "$site", "category": "$category", "product": "$product"}
_STANDING = {
    "name": "daily",
    "format": "csv",
    "rhythm": {"every": "day", "hour": 7},
    "readers": ["$user"],
    "filters": _NARROWED,
}

INSIGHT: Calls = {
    "GET /forecasts": (Call(), Call("filtered", query={"product": "$product", "site": "$site"})),
    "GET /forecasts/runs": one(),
    "GET /forecasts/{product_id}": (
        *at("product_id", "$product"),
        Call("at a site", path={"product_id": "$product"}, query={"site": "$site"}),
    ),
    "GET /dashboard": (Call(), Call("at a site", query={"site": "$site", "period": "7"})),
    "POST /jobs": (
        Call(body={"report": "sales_by_product", "format": "csv", "filters": _NARROWED}),
        Call("audit", body={"report": "audit", "format": "csv"}),
    ),
    "GET /jobs": one(),
    "GET /jobs/{job_id}": at("job_id", "$job"),
    "POST /jobs/{job_id}/cancel": at("job_id", "$job"),
    "GET /jobs/{job_id}/result": at("job_id", "$job"),
    "GET /reports": one(),
    "GET /reports/{name}": (
        *(
            Call(name, path={"name": name}, query=_NARROWED)
            for name in ("stock_on_hand", "sales_by_product", "movements.csv")
        ),
        *(Call(name, path={"name": name}, query={"site": "$site"}) for name in ("transfers", "purchases", "requests")),
        Call("stock_valuation", path={"name": "stock_valuation"}),
        Call("audit", path={"name": "audit"}),
    ),
    "GET /recommendations": (Call(), Call("filtered", query=_NARROWED)),
    "POST /recommendations/{recommendation_id}/accept": at("recommendation_id", "$recommendation"),
    "POST /recommendations/{recommendation_id}/dismiss": at("recommendation_id", "$recommendation"),
    "POST /recommendations/{recommendation_id}/snooze": at(
        "recommendation_id", "$recommendation", body={"until": "2100-01-01"}
    ),
    "GET /report-schedules": one(),
    "POST /report-schedules": one(body={**_STANDING, "report": "sales_by_product", "period": "yesterday"}),
    "GET /report-schedules/readers": one(query={"report": "stock_on_hand"}),
    "GET /report-schedules/{schedule_id}": at("schedule_id", "$report_schedule"),
    "PATCH /report-schedules/{schedule_id}": at("schedule_id", "$report_schedule", body=_STANDING),
    "DELETE /report-schedules/{schedule_id}": at("schedule_id", "$report_schedule"),
    **{
        f"POST /report-schedules/{{schedule_id}}/{deed}": at("schedule_id", "$report_schedule")
        for deed in ("pause", "resume", "send", "leave")
    },
}
