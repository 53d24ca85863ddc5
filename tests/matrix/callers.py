"""Everybody who makes each request of the matrix."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from apps.http.rules import RouteRule
from core.domain.access import PRESETS
from core.domain.integration import SCOPES
from tests.matrix.builder import Side
from tests.matrix.people import Person

Refusal = tuple[int, str]
"""Status and code of a problem."""

Headers = dict[str, str]

FIRST = frozenset({"password:change"})
"""What somebody may do who must change their password."""


@dataclass(frozen=True)
class Caller:
    """Somebody, as a member of `side`; `twin` is the company that does not exist for them. `turned_away` is the answer to whatever
    they ask for, `recent` says whether they proved lately who they are, `outside` that they act in no company, `everywhere` that they may
    choose among all companies."""

    name: str
    side: Side
    twin: Side
    rights: frozenset[str] = frozenset()
    headers: Headers = field(default_factory=dict)
    person: Person | None = None
    recent: bool = True
    outside: bool = False
    everywhere: bool = False
    turned_away: Refusal | None = None

    def headers_for(self, rule: RouteRule) -> Headers:
        """What they show at a route with this rule."""
        return self.headers

    def rights_at(self, rule: RouteRule) -> frozenset[str]:
        return self.rights

    def refusal(self, rule: RouteRule) -> Refusal | None:
        """How they must be turned away from a route with this rule, whatever they ask of it."""
        if rule.permission is None or self.turned_away:
            return self.turned_away if rule.permission else None
        rights = self.rights_at(rule)
        if not rights & {rule.permission, *rule.others}:
            return 403, self._lacking(rights, rule.permission)
        return (403, "reauthentication_required") if rule.recent and not self.recent else None

    def _lacking(self, rights: frozenset[str], permission: str) -> str:
        if rights == FIRST:
            return "password_change_required"
        return "no_company" if self.outside and permission not in PRESETS["platform_owner"] else "missing_permission"


@dataclass(frozen=True)
class Program(Caller):
    """An integration with the one scope that a route demands, or (`others`) with every scope but those by which it may be called.
    A `client` shows tokens, which end; others show keys."""

    others: bool = False
    client: UUID | None = None
    shown: Mapping[frozenset[str], Headers] = field(default_factory=dict)

    def headers_for(self, rule: RouteRule) -> Headers:
        return self.shown[scopes_at(rule, others=self.others)] if rule.permission else {}

    def rights_at(self, rule: RouteRule) -> frozenset[str]:
        return scopes_at(rule, others=self.others)


def scopes_at(rule: RouteRule, *, others: bool) -> frozenset[str]:
    """The scopes of the program that calls a route with this rule. Where no program can have the scope, it has all there are."""
    if others:
        return SCOPES - {rule.permission, *rule.others}
    return frozenset({str(rule.permission)}) & SCOPES or SCOPES
