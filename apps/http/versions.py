"""ETag and If-Match: the version of an object, so that nobody overwrites what they have not seen."""

from core.domain.errors import Fault, Invalid


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def known_version(if_match: str | None) -> int | None:
    """The version that the caller read, None where they do not mind. Raises `Invalid` for a malformed header."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        fault = Fault("/headers/if-match", "bad_format", "must be the ETag of an earlier answer", {"in": "header"})
        raise Invalid("invalid", "the If-Match header is malformed", [fault])
    return int(text)
