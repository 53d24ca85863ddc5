"""Keeping secrets out of words that people are shown."""

from collections.abc import Iterable, Mapping

SHORTEST_SECRET = 4  # that is looked for; shorter ones stand in words by chance


def masked(words: str, settings: Mapping[str, object], secrets: Iterable[str]) -> str:
    """The words without any of those settings that are secrets."""
    for secret in (str(settings[name]) for name in secrets if settings.get(name)):
        if len(secret) >= SHORTEST_SECRET:
            words = words.replace(secret, "***")
    return words
