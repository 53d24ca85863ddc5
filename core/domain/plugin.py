"""Who may look at what plugins are told."""

from core.domain.access import Actor
from core.domain.errors import Forbidden


def require_sight(actor: Actor) -> None:
    """Raises `Forbidden` unless somebody sees all sites: what a plugin is told happens at any of them."""
    if actor.read_sites is not None:
        raise Forbidden("beyond_own_rights", "a plugin is told what happens at every site, which is more than you see")
