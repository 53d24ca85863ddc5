"""What plugins keep to themselves: the secrets of their settings, and the tokens of their addresses, sealed for one plugin of one company."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from adapters.postgres.engine import Connection, Row
from core.ports.failures import Transient
from core.ports.sealing import Sealing, Unsealable

TOKEN_BYTES = 32
HINT = 4
LONG_ENOUGH = 12
"""From that length on, a secret can spare its last characters for whoever has to tell it from another."""

_KEEP = """
    INSERT INTO plugin_secret (company_id, plugin_id, field, sealed, hint, set_at)
    VALUES (%(company)s, %(plugin)s, %(field)s, %(sealed)s, %(hint)s, %(now)s)
    ON CONFLICT (company_id, plugin_id, field) DO UPDATE SET sealed = excluded.sealed, hint = excluded.hint, set_at = excluded.set_at
"""
_FORGET = "DELETE FROM plugin_secret WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND field = %(field)s"
_SET_HOOK = """
    UPDATE plugin_installation SET hook_sealed = %(sealed)s, hook_set_at = %(now)s, version = version + 1
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s
"""
_LEAD = """
    INSERT INTO plugin_hook (hook_hash, company_id, plugin_id) VALUES (%(hash)s, %(company)s, %(plugin)s)
    ON CONFLICT (company_id, plugin_id) DO UPDATE SET hook_hash = excluded.hook_hash
"""


@dataclass(frozen=True, slots=True)
class PluginSecrets:
    """Seals and opens them. Without `sealing`, whoever has secrets cannot be opened."""

    sealing: Sealing | None = field(default=None, repr=False)

    def opened(self, row: Row) -> tuple[dict[str, str], str | None]:
        """The secrets by field and the token, of a row (company, plugin, sealed secrets as JSON, sealed token). Raises `Transient` where
        the key is missing."""
        company_id, plugin_id, sealed, token = row
        found = {
            name: self._open(text, place_of_secret(company_id, plugin_id, name))
            for name, text in (sealed or {}).items()
        }
        return found, self._open(token, place_of_token(company_id, plugin_id)) if token else None

    async def keep(
        self, connection: Connection, company_id: UUID, plugin_id: str, given: Mapping[str, str | None], now: datetime
    ) -> None:
        """Seals those that are given and forgets those that are None."""
        for name, secret in given.items():
            names: dict[str, object] = {"company": company_id, "plugin": plugin_id, "field": name, "now": now}
            if secret is None:
                await connection.execute(_FORGET, names)
                continue
            sealed = self._seal(secret, place_of_secret(company_id, plugin_id, name))
            await connection.execute(_KEEP, {**names, "sealed": sealed, "hint": hint_of(secret)})

    async def new_token(self, connection: Connection, company_id: UUID, plugin_id: str, now: datetime) -> str:
        """Makes the address of a plugin, in place of the one that it has."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        sealed, digest = self._seal(token, place_of_token(company_id, plugin_id)), sha256(token.encode()).digest()
        names = {"company": company_id, "plugin": plugin_id, "sealed": sealed, "now": now, "hash": digest}
        await connection.execute(_SET_HOOK, names)
        await connection.execute(_LEAD, names)
        return token

    def _seal(self, plain: str, place: str) -> str:
        if self.sealing is None:
            raise Transient("there is no key to seal secrets with")
        return self.sealing.seal(plain.encode(), place)

    def _open(self, sealed: str, place: str) -> str:
        if self.sealing is None:
            raise Transient("there is no key to open secrets with")
        try:
            return self.sealing.open(sealed, place).decode()
        except Unsealable:
            raise Transient("the key that sealed its secrets is missing") from None


def place_of_secret(company_id: UUID, plugin_id: str, name: str) -> str:
    """Where the secret of a setting is sealed for."""
    return f"plugin_secret|sealed|{plugin_id}.{name}|{company_id}"


def place_of_token(company_id: UUID, plugin_id: str) -> str:
    """Where the token of an address is sealed for."""
    return f"plugin_installation|hook_sealed|{plugin_id}|{company_id}"


def hint_of(secret: str) -> str | None:
    """What may be shown of a secret."""
    return secret[-HINT:] if len(secret) >= LONG_ENOUGH else None
