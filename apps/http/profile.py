"""What people change about themselves."""

from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post, put
from litestar.datastructures import UploadFile
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, MultipartBody

from apps.http.api_request import ApiRequest
from apps.http.auth import Authenticator
from apps.http.client_address import origin_of
from apps.http.file_answers import file_answer
from apps.http.rules import PUBLIC, needs
from apps.settings import Settings
from core.commands.profile import ChangeEmail, ChangeProfile, ConfirmEmail, OwnProfile
from core.domain.access import Actor
from core.ports.identity import IdentityStore
from core.ports.profiles import ProfilePicture, Profiles
from core.queries.companies import CompanyReader
from core.queries.profile import Profile, profile_of

PICTURE_LIMIT = 12_000_000  # bytes

_PICTURE = {
    **file_answer("The picture", "image/webp"),
    304: ResponseSpec(None, description="The caller has this picture already"),
}


class Portrait(msgspec.Struct, forbid_unknown_fields=True):
    """A picture of oneself (JPEG, PNG, WEBP, GIF, AVIF)."""

    file: UploadFile


@patch("/me", opt=needs("profile:write"))
async def change_profile(
    data: JSONBody[ChangeProfile],
    request: ApiRequest,
    actor: FromDishka[Actor],
    own: FromDishka[OwnProfile],
    identities: FromDishka[IdentityStore],
    companies: FromDishka[CompanyReader],
    profiles: FromDishka[Profiles],
    authenticator: FromDishka[Authenticator],
) -> Profile:
    """Changes one's name, language (`es`, `en`, with or without a region) and time zone."""
    await own.change(actor, data)
    csrf_token = authenticator.csrf_token_of(request.scope["state"]["headers"])
    return await profile_of(identities, companies, profiles, actor, csrf_token)


@put("/me/picture", opt=needs("profile:write"), status_code=204, request_max_body_size=PICTURE_LIMIT)
async def set_picture(data: MultipartBody[Portrait], actor: FromDishka[Actor], own: FromDishka[OwnProfile]) -> None:
    """Puts a picture of oneself in place, drawn anew and small."""
    await own.set_picture(actor, await data.file.read())


@delete("/me/picture", opt=needs("profile:write"))
async def remove_picture(actor: FromDishka[Actor], own: FromDishka[OwnProfile]) -> None:
    """Takes away the picture of oneself."""
    await own.remove_picture(actor)


@get("/users/{user_id:uuid}/picture", opt=needs("profile:read"), responses=_PICTURE)
async def show_picture(
    user_id: FromPath[UUID], request: ApiRequest, actor: FromDishka[Actor], own: FromDishka[OwnProfile]
) -> Response[bytes]:
    """The picture of oneself or of somebody who works in the same company."""
    return _shown(await own.picture(actor, user_id), request)


@post("/me/email", opt=needs("profile:write", recent=True), status_code=202)
async def ask_for_email(data: JSONBody[ChangeEmail], actor: FromDishka[Actor], own: FromDishka[OwnProfile]) -> None:
    """Writes to a new mail address. It becomes that of the account once its owner has followed the link."""
    await own.ask_for_email(actor, data)


@post("/auth/email/confirm", opt=PUBLIC, status_code=204)
async def confirm_email(
    data: JSONBody[ConfirmEmail], request: ApiRequest, own: FromDishka[OwnProfile], settings: FromDishka[Settings]
) -> None:
    """Makes the address to which the link was sent that of the account. All other sessions end."""
    await own.confirm_email(data, origin_of(request.scope, settings.trusted_proxies))


def _shown(picture: ProfilePicture, request: ApiRequest) -> Response[bytes]:
    etag = f'"{picture.digest}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=0, must-revalidate"}
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers)
    return Response(picture.content, media_type=picture.media_type, headers=headers)


router = DishkaRouter(
    "/",
    route_handlers=[change_profile, set_picture, remove_picture, show_picture, ask_for_email, confirm_email],
    tags=["session"],
)
