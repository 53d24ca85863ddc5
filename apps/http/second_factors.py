"""One-time codes of an app, and recovery codes: the caller's own."""

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import delete, get, post
from litestar.params import JSONBody

from apps.http.auth import Authenticator
from apps.http.cookies import NO_STORE
from apps.http.rules import needs
from core.commands.second_factors import ConfirmTotp, RecoveryCodes, SecondFactors
from core.domain.access import Actor
from core.domain.symbol import Symbology, symbol_content
from core.ports.symbols import PictureFormat, SymbolMaker
from core.queries.second_factors import SecondFactorReader, SecondFactorState

_CHANGE = needs("profile:write", recent=True)


class TotpOffer(msgspec.Struct, frozen=True):
    """What goes into an app: the secret in base32, or a URI that holds it, which `qr` shows to a camera, as SVG."""

    secret: str
    uri: str
    qr: str

    def __repr__(self) -> str:
        return "TotpOffer()"


@get("/auth/mfa", opt=needs("profile:read"), cache_control=NO_STORE)
async def show_second_factors(actor: FromDishka[Actor], reader: FromDishka[SecondFactorReader]) -> SecondFactorState:
    """Whether codes are demanded beside the caller's password, how many recovery codes are left, and the caller's passkeys."""
    return await reader.state(actor.user_id)


@post("/auth/mfa/totp", opt=_CHANGE, cache_control=NO_STORE)
async def begin_totp(
    actor: FromDishka[Actor], factors: FromDishka[SecondFactors], symbols: FromDishka[SymbolMaker]
) -> TotpOffer:
    """A secret for an app. Nothing is demanded before a code has confirmed that the app has it."""
    begun = await factors.begin(actor)
    symbol = symbols.symbol(symbol_content(Symbology.QR, begun.uri))
    return TotpOffer(begun.secret, begun.uri, symbols.picture(symbol, PictureFormat.SVG).decode())


@post("/auth/mfa/totp/confirm", opt=_CHANGE, status_code=200, cache_control=NO_STORE)
async def confirm_totp(
    data: JSONBody[ConfirmTotp],
    actor: FromDishka[Actor],
    factors: FromDishka[SecondFactors],
    authenticator: FromDishka[Authenticator],
) -> RecoveryCodes:
    """From now on a code is demanded beside the password. Shows the recovery codes, once. Ends the caller's other sessions."""
    codes = await factors.confirm(actor, data)
    authenticator.forget(actor)
    return codes


@delete("/auth/mfa/totp", opt=_CHANGE)
async def end_totp(
    actor: FromDishka[Actor], factors: FromDishka[SecondFactors], authenticator: FromDishka[Authenticator]
) -> None:
    """From now on the password alone is enough. Ends the caller's other sessions."""
    await factors.end(actor)
    authenticator.forget(actor)


@post("/auth/mfa/recovery-codes", opt=_CHANGE, cache_control=NO_STORE)
async def renew_recovery_codes(
    actor: FromDishka[Actor], factors: FromDishka[SecondFactors], authenticator: FromDishka[Authenticator]
) -> RecoveryCodes:
    """Ten new recovery codes, shown once; the earlier ones count no more. Ends the caller's other sessions."""
    codes = await factors.renew_recovery_codes(actor)
    authenticator.forget(actor)
    return codes


router = DishkaRouter(
    "/",
    route_handlers=[show_second_factors, begin_totp, confirm_totp, end_totp, renew_recovery_codes],
    tags=["second factors"],
)
