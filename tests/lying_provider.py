"""An OpenID provider that signs whatever a test says, on a port of its own, and keeps what it was asked."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

Key = RSAKey | ECKey | OKPKey
Claims = dict[str, Any]


class LyingProvider:
    """Whatever `code` it is shown, it answers with an ID token of `claims`, in which `None` stands for what is left out."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key: Key = RSA
        self.algorithm = "RS256"
        self.header: dict[str, Any] = {}
        self.claims: Claims = {}
        self.metadata: dict[str, Any] = {}
        self.keys: list[Mapping[str, Any]] | None = None
        self.token: bytes | None = None
        self.sign = self.signed
        self.status = 200
        self.crowd: threading.Barrier | None = (
            None  # who answers only when all are there, and takes each code for the nonce
        )
        self.redeemed: list[dict[str, str]] = []
        self.authorizations: list[str | None] = []
        self.asked: list[str] = []

    def answer(self, path: str, body: Mapping[str, str]) -> tuple[int, bytes]:
        self.asked.append(path)
        match path:
            case "/.well-known/openid-configuration":
                return self.status, _json(self._metadata())
            case "/jwks":
                return 200, _json({"keys": self.keys if self.keys is not None else [public(self.key)]})
            case "/token":
                self.redeemed.append(dict(body))
                if self.crowd:
                    self.crowd.wait(10)
                return (200, self.token) if self.token else (200, _json(self._tokens(body)))
        return 404, b"{}"

    def signed(self, header: Mapping[str, Any], claims: Claims) -> str:
        """The claims, signed with `key`."""
        algorithm = header["alg"]
        if algorithm == "EdDSA":  # of which joserfc warns; the signature is that of Ed25519
            signed = ".".join((_part(header), _part(claims)))
            signature = OKP.private_key.sign(signed.encode())  # type: ignore[union-attr]
            return f"{signed}.{_text(signature)}"
        return jws.serialize_compact(dict(header), json.dumps(claims).encode(), self.key, [algorithm])

    def signed_whatever_it_says(self, header: Mapping[str, Any], claims: Claims) -> str:
        """By RS256, without a look at the header."""
        signed = ".".join((_part(header), _part(claims)))
        signature = RSA.private_key.sign(signed.encode(), PKCS1v15(), SHA256())  # type: ignore[union-attr]
        return f"{signed}.{_text(signature)}"

    def signed_with_crit_null(self, header: Mapping[str, Any], claims: Claims) -> str:
        return self.signed_whatever_it_says({**header, "crit": None}, claims)

    def unsigned(self, header: Mapping[str, Any], claims: Claims) -> str:
        return ".".join((_part({**header, "alg": "none"}), _part(claims), ""))

    def signed_with_the_public_key(self, header: Mapping[str, Any], claims: Claims) -> str:
        """As if the public key were a shared secret."""
        signed = ".".join((_part({**header, "alg": "HS256"}), _part(claims)))
        digest = hmac.digest(RSA.as_pem(private=False), signed.encode(), sha256)
        return f"{signed}.{_text(digest)}"

    def signed_by_another(self, header: Mapping[str, Any], claims: Claims) -> str:
        """By a key that is not published, under the name of one that is."""
        return jws.serialize_compact(dict(header), json.dumps(claims).encode(), OTHER_RSA, ["RS256"])

    def _metadata(self) -> dict[str, Any]:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            **self.metadata,
        }
        return {name: value for name, value in told.items() if value is not None}

    def _tokens(self, body: Mapping[str, str]) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": self.issuer, "iat": now, "exp": now + 3600, **self.claims}
        if self.crowd:
            claims["nonce"] = body["code"]
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.key.kid, **self.header}
        id_token = self.sign({name: value for name, value in header.items() if value is not None}, kept)
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": id_token}


@contextmanager
def lying_provider() -> Iterator[LyingProvider]:
    """The provider, served until the test is over."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = False
    provider = server.provider = LyingProvider(server.server_port)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def public(key: Key) -> Mapping[str, Any]:
    """The public half, as it is published."""
    return key.as_dict(private=False)


def half_hash(text: str) -> str:
    """What at_hash says of an access token under the algorithms with SHA-256."""
    return _text(sha256(text.encode()).digest()[:16])


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.provider.authorizations.append(self.headers["authorization"])  # type: ignore[attr-defined]
        self._answer(dict(parse_qsl(text)))

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""

    def _answer(self, body: Mapping[str, str]) -> None:
        status, content = self.server.provider.answer(self.path, body)  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _part(value: object) -> str:
    return _text(_json(value))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


RSA = RSAKey.generate_key(2048, {"kid": "one"})
OTHER_RSA = RSAKey.generate_key(2048, {"kid": "one"})
EC = ECKey.generate_key("P-256", {"kid": "curve"})
OKP = OKPKey.generate_key("Ed25519", {"kid": "edwards"})
