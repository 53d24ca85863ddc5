"""One of two companies that are twins, with one object of every kind at each of the sites UIO and GYE.

Both have the same site codes, SKUs, lots, roles and documents; what only one of them has bears its mark. `Side.named` says for every kind
of object how to name it: `own` is the id of the one at UIO, or of the company's, `other` that of the one at GYE; `own_code` and
`other_code` are what people call them, and `only_code` is such a name that means nothing in the other company.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from PIL import Image

from core.domain.ids import new_id
from tests.api import Client
from tests.matrix.people import Person, Registry


@dataclass
class Side:
    """One of the companies. `only` is the code of a site that the other company does not have."""

    code: str
    mark: str
    only: str
    company: UUID = field(default_factory=new_id)
    sites: dict[str, UUID] = field(default_factory=dict)
    named: dict[str, dict[str, str]] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def at(self, site: str) -> str:
        """What texts say of that site."""
        return f"{self.mark}-{site.lower()}"


@dataclass
class Builder:
    """What it takes to fill a company through the API, as its administrator."""

    side: Side
    registry: Registry
    owner: Person

    @property
    def admin(self) -> Client:
        return self.client(self.side.people["admin"])

    def client(self, person: Person) -> Client:
        return self.registry.client(person.token)

    async def person(self, name: str, role: str | UUID, write: str | None = "UIO", read: str | None = "") -> Person:
        """Somebody of the company, who writes and reads at the site named, or (None) at all."""
        side = self.side
        person = await self.registry.person(f"{side.code}_{name}", side.company)
        reach = [None if code is None else (side.sites[code],) for code in (write, write if read == "" else read)]
        await self.registry.join(side.company, person, role, *reach)
        side.people[name] = person
        return person

    async def made(self, path: str, body: Mapping[str, Any]) -> str:
        """The id of what the administrator makes."""
        return str((await self.admin.post_ok(path, body))["id"])

    async def ask(self, asker: Client, site: str, kind: str = "customer_order", product: str = "TEA") -> str:
        """A request for goods, pending."""
        wish = {"kind": kind, "site": site, "lines": [{"product": product, "quantity": "2"}]}
        return str((await asker.post_ok("/requests", {**wish, "reason": self.side.at(site)}))["id"])

    def name(self, kind: str, **names: object) -> None:
        self.side.named[kind] = {label: str(name) for label, name in names.items()}


async def done(answer: Any) -> Any:
    """What a request answered that must have succeeded."""
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def picture(colour: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(target, "PNG")
    return target.getvalue()
