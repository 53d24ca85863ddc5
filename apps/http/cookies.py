"""The cookies of browsers: the session, which no script can read, and the mark of a device from which signing in went well."""

from http.cookies import CookieError, SimpleCookie

from litestar import Response
from litestar.datastructures import CacheControlHeader, Cookie

from apps.http.answer import Answer
from apps.settings import Settings
from core.commands.sign_in import Session, SignedIn
from core.ports.sessions import LONGEST

SESSION, DEVICE = "pirwa_session", "pirwa_device"
NO_STORE = CacheControlHeader(no_store=True)
_DEVICE_SECONDS = 365 * 24 * 3600
_MAX_LENGTH = 8_192


def named(name: str, *, secure: bool) -> str:
    """The full name of a cookie: where there is TLS, one that browsers take from this host alone and send by TLS alone."""
    return f"__Host-{name}" if secure else name


def session_cookie(header: bytes | None, *, secure: bool) -> str | None:
    """The session's secret in a Cookie header."""
    return _read(header, named(SESSION, secure=secure))


def device_mark(header: bytes | None, *, secure: bool) -> str | None:
    """The mark of the device in a Cookie header."""
    return _read(header, named(DEVICE, secure=secure))


def signed_in(opened: SignedIn, settings: Settings) -> Response[Session]:
    """The answer to whoever signed in, with the cookies of a browser's session."""
    secure, cookies = settings.is_secure, []
    if opened.cookie:
        cookies.append(_cookie(SESSION, opened.cookie, int(LONGEST.total_seconds()), secure=secure))
    if opened.device_mark:
        cookies.append(_cookie(DEVICE, opened.device_mark, _DEVICE_SECONDS, secure=secure))
    return Answer(opened.session, status_code=200, cookies=cookies, headers={"cache-control": "no-store"})


def signed_out(settings: Settings) -> Response[None]:
    """The answer to whoever signed out: the browser forgets the session, not the device."""
    return Response(None, status_code=204, cookies=[_cookie(SESSION, "", 0, secure=settings.is_secure)])


def _cookie(name: str, value: str, seconds: int, *, secure: bool) -> Cookie:
    return Cookie(
        key=named(name, secure=secure),
        value=value,
        max_age=seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def _read(header: bytes | None, name: str) -> str | None:
    if header is None or len(header) > _MAX_LENGTH:
        return None
    try:
        morsel = SimpleCookie(header.decode("latin-1")).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None
