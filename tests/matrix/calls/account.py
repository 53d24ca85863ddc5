"""Signing in, and one's own account."""

from tests.matrix.builder import picture
from tests.matrix.calls.call import Call, Calls, File, at, one

_WRONG = "no password of anybody"
_CREDENTIAL = {"id": "AAAA", "rawId": "AAAA", "type": "public-key"}
_MADE = {**_CREDENTIAL, "response": {"clientDataJSON": "AAAA", "attestationObject": "AAAA"}}
_SIGNED = {**_CREDENTIAL, "response": {"clientDataJSON": "AAAA", "authenticatorData": "AAAA", "signature": "AAAA"}}
_COMPANY = {"code": "$new_company", "name": "Nueva"}
_FOUNDER = {"name": "New", "login": "$new_login", "email": "$new_email", "password": "eight blue boxes of tea"}

ACCOUNT: Calls = {
    "POST /auth/login": one(body={"login": "$login", "password": _WRONG, "company": "$company"}),
    "POST /auth/refresh": one(body={"refresh_token": "none", "company": "$company"}),
    "POST /auth/switch": one(body={"company": "$company"}),
    "POST /auth/confirm": one(body={"password": _WRONG}),
    "POST /auth/logout": one(),
    "GET /auth/sessions": one(),
    "DELETE /auth/sessions": one(),
    "DELETE /auth/sessions/{session_id}": at("session_id", "$session"),
    "GET /me": one(),
    "PATCH /me": one(body={"name": "Other"}),
    "PUT /me/picture": one(file=File("me.png", picture("yellow"))),
    "DELETE /me/picture": one(),
    "POST /me/email": one(body={"email": "$new_email"}),
    "POST /auth/email/confirm": one(body={"token": "none"}),
    "GET /auth/mfa": one(),
    "POST /auth/mfa/totp": one(),
    "DELETE /auth/mfa/totp": one(),
    "POST /auth/mfa/totp/confirm": one(body={"code": "000000"}),
    "POST /auth/mfa/recovery-codes": one(),
    "POST /auth/passkeys/options": one(),
    "POST /auth/passkeys": one(body={"name": "New", "credential": _MADE}),
    "DELETE /auth/passkeys/{passkey_id}": at("passkey_id", "$passkey"),
    "POST /auth/passkeys/login/options": one(),
    "POST /auth/passkeys/login": one(body={"credential": _SIGNED, "company": "$company"}),
    "GET /auth/oidc/{provider}/start": one(path={"provider": "$provider_code"}, query={"company": "$company"}),
    "POST /auth/oidc/{provider}/link": at("provider", "$provider_code", body={"return_to": "/"}),
    "GET /auth/oidc/callback": one(query={"state": "none", "code": "none"}),
    "GET /auth/oidc/links": one(),
    "DELETE /auth/oidc/links/{link_id}": at("link_id", "$link"),
    "GET /notifications": (Call(), Call("ranked", query={"ranked": "true"})),
    "GET /notifications/stream": one(),
    "POST /notifications/read": one(body={"through": "$notification"}),
    "POST /notifications/{notification_id}/read": at("notification_id", "$notification"),
    "POST /notifications/{notification_id}/dismiss": at("notification_id", "$notification"),
    "GET /notification-preferences": one(),
    "PUT /notification-preferences": one(
        body={"kinds": [{"kind": "low_stock", "channels": ["mail"], "sites": ["$site"], "categories": ["$category"]}]}
    ),
    "GET /notification-deliveries": (Call(), Call("failed", query={"state": "failed", "channel": "webhook"})),
    "POST /notification-deliveries/{item_id}/redeliver": at("item_id", "$delivery"),
    "GET /me/phone": one(),
    "POST /me/phone": one(body={"number": "+593991234567"}),
    "POST /me/phone/confirm": one(body={"code": "000000"}),
    "DELETE /me/phone": one(),
    "DELETE /me/text-block": one(),
    "GET /me/webhook": one(),
    "POST /me/webhook": one(body={"url": "http://127.0.0.1:9/own"}),
    "POST /me/webhook/enable": one(),
    "DELETE /me/webhook": one(),
    "DELETE /me/mail-block": one(),
    "GET /me/usage": one(),
    "POST /me/usage": one(
        body={
            **{"pages": ["sales"], "reports": ["kardex"]},
            **{"sites": ["$site"], "categories": ["$category"], "products": ["$product"]},
        }
    ),
    "DELETE /me/usage": one(),
    "GET /me/preferences": one(),
    "PUT /me/preferences": (
        Call(body={"pins": [{"kind": "product", "id": "$product"}, {"kind": "site", "id": "$site"}]}),
        Call(
            "looks",
            body={
                **{"views": [{"name": "Tea", "page": "products", "search": "low=true"}]},
                **{"tables": [{"table": "products", "columns": ["sku"]}], "pins": [{"kind": "page", "id": "sales"}]},
            },
        ),
    ),
    "POST /auth/password": one(body={"current_password": _WRONG, "new_password": "nine green boxes of tea"}),
    "POST /auth/password/forgot": one(body={"login": "$login"}),
    "POST /auth/password/reset": one(body={"token": "none", "new_password": "nine green boxes of tea"}),
    "GET /auth/invitations/{token}": at("token", "none"),
    "POST /auth/invitations/{token}": at(
        "token", "none", body={"login": "$new_login", "name": "New", "password": "eight blue boxes of tea"}
    ),
    "GET /auth/ways": one(),
    "POST /auth/register": one(body={"company": _COMPANY, **_FOUNDER}),
    "POST /auth/register/confirm": one(body={"token": "none"}),
    "POST /contact": one(body={"name": "Ana", "email": "ana@example.org", "message": "Good morning"}),
    "POST /oauth/token": one(form={"grant_type": "client_credentials", "client_id": "none", "client_secret": "none"}),
    "GET /health/live": one(),
    "GET /health/ready": one(),
    "GET /metrics": one(),
    "GET /.well-known/jwks.json": one(),
    "GET /.well-known/oauth-authorization-server": one(),
}
