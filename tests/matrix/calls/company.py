"""The company, its people and roles, the ways in that it opens, and what happened in it."""

from tests.matrix.calls.call import Call, Calls, at, one
from tests.matrix.calls.webhooks import BUILT_IN, RECEIVER

_NEWCOMER = {"login": "$new_login", "name": "New", "password": "eight blue boxes of tea"}
_WRITING, _READING = {"role": "$role", "sites": ["$site"]}, {"role": "viewer", "sites": [], "read_sites": ["$site"]}
_PROVIDER = {"code": "$new_provider", "name": "New", "issuer": "http://127.0.0.1:9/new", "client_id": "pirwa"}
_DEFAULTS = {"default_role": "$role", "default_sites": ["$site"]}
_PROGRAM = {"name": "New", "scopes": ["stock:read"], "sites": ["$site"]}

COMPANY: Calls = {
    "GET /companies": one(),
    "POST /companies": one(body={"code": "nueva", "name": "Nueva"}),
    "GET /companies/{company_id}": at("company_id", "$any_company"),
    "PATCH /companies/{company_id}": at("company_id", "$any_company", body={"name": "Other"}),
    "GET /company": (Call(), Call("picked", headers={"X-Company": "$company"})),
    "PATCH /company": (
        Call(body={"name": "Other"}),
        Call("picked", headers={"X-Company": "$company"}, body={"name": "Other"}),
    ),
    "GET /sites": one(),
    "POST /sites": one(body={"code": "$new_site", "name": "New", "type": "warehouse"}),
    "PATCH /sites/{site_id}": at("site_id", "$site", body={"code": "$new_site"}),
    "POST /sites/{site_id}/locations": at("site_id", "$site", body={"code": "B1", "name": "Shelf"}),
    "GET /users": (Call(), Call("with a role", query={"role": "$role"})),
    "POST /users": (
        Call("writing", body={**_NEWCOMER, **_WRITING, "email": "$new_email"}),
        Call("reading", body={**_NEWCOMER, "login": "fresh.reader", **_READING}),
    ),
    "GET /users/{user_id}": at("user_id", "$user"),
    "PATCH /users/{user_id}": (
        Call("role", path={"user_id": "$user"}, body={"role": "$role"}),
        Call("writing", path={"user_id": "$user"}, body={"sites": ["$site"], "read_sites": None}),
        Call("reading", path={"user_id": "$user"}, body={"sites": [], "read_sites": ["$site"]}),
        Call("active", path={"user_id": "$user"}, body={"active": False}),
    ),
    "DELETE /users/{user_id}": at("user_id", "$user"),
    "GET /users/{user_id}/picture": at("user_id", "$user"),
    "POST /users/{user_id}/reset-password": at("user_id", "$user"),
    "GET /permissions": one(),
    "GET /roles": one(),
    "POST /roles": one(body={"code": "$new_role", "name": "New", "permissions": ["stock:read"]}),
    "GET /roles/{role}": at("role", "$role"),
    "PATCH /roles/{role}": at("role", "$role", body={"name": "Other"}),
    "DELETE /roles/{role}": at("role", "$spare_role"),
    "GET /invitations": one(),
    "POST /invitations": (
        Call("writing", body={"email": "$new_email", **_WRITING}),
        Call("reading", body={"email": "fresh.reader@example.org", **_READING}),
    ),
    "GET /invitations/{invitation_id}": at("invitation_id", "$invitation"),
    "DELETE /invitations/{invitation_id}": at("invitation_id", "$invitation"),
    "POST /invitations/{invitation_id}/resend": at("invitation_id", "$invitation"),
    "GET /identity-providers": one(),
    "POST /identity-providers": one(body={**_PROVIDER, **_DEFAULTS}),
    "GET /identity-providers/{provider_id}": at("provider_id", "$provider"),
    "PATCH /identity-providers/{provider_id}": at(
        "provider_id", "$provider", body={"code": "$new_provider", **_DEFAULTS}
    ),
    "DELETE /identity-providers/{provider_id}": at("provider_id", "$provider"),
    "POST /identity-providers/{provider_id}/check": at("provider_id", "$provider"),
    "GET /api-keys": one(),
    "POST /api-keys": one(body=_PROGRAM),
    "GET /api-keys/{key_id}": at("key_id", "$api_key"),
    "PATCH /api-keys/{key_id}": at("key_id", "$api_key", body={"name": "Other"}),
    "DELETE /api-keys/{key_id}": at("key_id", "$api_key"),
    "GET /oauth-clients": one(),
    "POST /oauth-clients": one(body=_PROGRAM),
    "GET /oauth-clients/{oauth_client_id}": at("oauth_client_id", "$oauth_client"),
    "PATCH /oauth-clients/{oauth_client_id}": at("oauth_client_id", "$oauth_client", body={"name": "Other"}),
    "DELETE /oauth-clients/{oauth_client_id}": at("oauth_client_id", "$oauth_client"),
    "POST /oauth-clients/{oauth_client_id}/secrets": at("oauth_client_id", "$oauth_client"),
    "DELETE /oauth-clients/{oauth_client_id}/secrets/{number}": one(
        path={"oauth_client_id": "$oauth_client", "number": "1"}
    ),
    "GET /audit": (
        *(
            Call(f"{kind}s", query={"subject_type": kind})
            for kind in ("product", "membership", "invitation", "api_key", "transfer")
        ),
        Call("of somebody", query={"actor": "$asker"}),
        Call("about something", query={"subject_id": "$request"}),
    ),
    "GET /audit:export": (
        Call(),
        Call("of somebody", query={"actor": "$asker"}),
        Call("about something", query={"subject_id": "$request"}),
    ),
    "GET /events": one(),
    "GET /events/stream": (
        Call(),
        Call("resumed", headers={"Last-Event-ID": "$event"}),
        Call("from a cursor", query={"cursor": "$event"}),
    ),
    "GET /blocked-addresses": one(),
    "DELETE /blocked-addresses/{block_id}": at("block_id", "$blocked_address"),
    "GET /plugins": one(),
    "POST /plugins/{plugin_id}/enable": at("plugin_id", "nothing-installed", body={}),
    "POST /plugins/{plugin_id}/disable": at("plugin_id", "nothing-installed"),
    "GET /plugins/{plugin_id}": at("plugin_id", "nothing-installed"),
    "GET /plugins/{plugin_id}/settings": at("plugin_id", "nothing-installed"),
    "PATCH /plugins/{plugin_id}/settings": at("plugin_id", "nothing-installed", body={"settings": {}}),
    "POST /plugins/{plugin_id}/check": at("plugin_id", "nothing-installed", body={}),
    "GET /plugins/{plugin_id}/data": at("plugin_id", "nothing-installed"),
    "DELETE /plugins/{plugin_id}": at("plugin_id", "nothing-installed"),
    "POST /plugins/{plugin_id}/hook/rotate": at("plugin_id", "nothing-installed"),
    "GET /plugins/{plugin_id}/deliveries": one(path={"plugin_id": BUILT_IN}),
    "POST /plugins/{plugin_id}/deliveries/{event_id}/redeliver": (
        Call(path={"plugin_id": RECEIVER, "event_id": "$delivery"}),
    ),
}
