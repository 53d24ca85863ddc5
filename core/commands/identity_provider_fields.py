"""What is asked for when a provider of single sign-on is made or changed."""

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.people import RoleReference, SiteList
from core.domain.single_sign_on import OPENID

LONGEST_NAME = 120
USUAL_SCOPES = (OPENID, "email", "profile")

Code = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,39}$", examples=["workforce"])]
Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME, examples=["TechCorp accounts"])]
Issuer = Annotated[str, Meta(min_length=1, max_length=500, examples=["https://accounts.example.org"])]
ClientId = Annotated[str, Meta(pattern="^[!-9;-~]{1,255}$")]
ClientSecret = Annotated[str, Meta(pattern="^[!-~]{1,1000}$", description="written, never read")]
Scope = Annotated[str, Meta(pattern=r"^[!#-\[\]-~]{1,60}$")]
Scopes = Annotated[list[Scope], Meta(min_length=1, max_length=20)]
Algorithm = Literal["RS256", "PS256", "ES256", "Ed25519", "EdDSA"]
Algorithms = Annotated[list[Algorithm], Meta(min_length=1, max_length=10)]
Domain = Annotated[str, Meta(max_length=253, examples=["techcorp.example"])]
Domains = Annotated[
    list[Domain], Meta(max_length=50, description="the administrator says that these are the company's")
]


class CreateIdentityProvider(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A provider. Whom it vouches for with a verified address in `domains` becomes a member with `default_role` at
    `default_sites` (null: every site), if there is a default role. Without a secret the client is public."""

    code: Code
    name: Name
    issuer: Issuer
    client_id: ClientId
    client_secret: ClientSecret | None = None
    scopes: Scopes = msgspec.field(default_factory=lambda: list(USUAL_SCOPES))
    algorithms: Algorithms = msgspec.field(default_factory=lambda: [*get_args(Algorithm)])
    domains: Domains = []
    default_role: RoleReference | None = None
    default_sites: SiteList | None = []
    enabled: bool = True

    def __repr__(self) -> str:
        return f"CreateIdentityProvider(code={self.code!r}, issuer={self.issuer!r})"


class ChangeIdentityProvider(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What changes about a provider; what is left out stays. Another issuer needs the secret anew: it would be sent there."""

    code: Code | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    issuer: Issuer | UnsetType = UNSET
    client_id: ClientId | UnsetType = UNSET
    client_secret: ClientSecret | UnsetType | None = UNSET
    scopes: Scopes | UnsetType = UNSET
    algorithms: Algorithms | UnsetType = UNSET
    domains: Domains | UnsetType = UNSET
    default_role: RoleReference | UnsetType | None = UNSET
    default_sites: SiteList | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET

    def __repr__(self) -> str:
        return "ChangeIdentityProvider()"
