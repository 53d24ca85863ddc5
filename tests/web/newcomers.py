"""People who sign in at the page itself, and what they do again and again there."""

import re
from dataclasses import dataclass

from playwright.async_api import Page, expect

from adapters.postgres.engine import Scope
from core.domain.ids import new_id
from tests.web.visiting import Language, Visits

PASSWORD = "seven wet llamas dance"
OTHER_PASSWORD = "nine dry condors sing"
# Whole labels: MUI adds an asterisk to what is needed.
PASSWORD_FIELD, CODE_FIELD = re.compile(r"^Contraseña\W*$"), re.compile(r"^Código\W*$")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody with a password, who has not signed in."""

    id: str
    login: str
    email: str


async def newcomer(visit: Visits, role: str = "operator", *, must_change_password: bool = False) -> Newcomer:
    """Somebody whom an administrator has added."""
    mark = new_id().hex[-12:]
    login, email = f"ana_{mark}", f"ana_{mark}@example.org"
    body = {
        "login": login,
        "name": "Ana Quispe",
        "password": PASSWORD,
        "role": role,
        "sites": None,
        "read_sites": None,
        "email": email,
        "must_change_password": must_change_password,
    }
    made = await (await visit.client("admin")).post_ok("/users", body)
    return Newcomer(str(made["id"]), login, email)


async def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    await page.get_by_label("Usuario o correo electrónico").fill(login)
    await page.get_by_label(PASSWORD_FIELD).fill(password)
    await page.get_by_role("button", name="Entrar", exact=True).click()


async def come_in(visit: Visits, person: Newcomer, path: str = "/", *, language: Language = "es") -> Page:
    """A page that the person has opened after they signed in."""
    page = await visit(None, path="/login", language=language)
    await sign_in(page, person.login)
    await expect(page.get_by_role("button", name="Cuenta")).to_be_visible()
    if path != "/":
        await page.goto(path)
    return page


_FORGET = """async () => {
  const {csrf_token} = await (await fetch("/api/v1/me")).json();
  return (await fetch("/api/v1/auth/sessions", {method: "DELETE", headers: {"x-csrf-token": csrf_token}})).status;
}"""


async def let_proof_grow_old(visit: Visits, person: Newcomer, page: Page) -> None:
    """As if they had signed in an hour ago, in this browser alone. Ending other sessions makes the server look anew."""
    statement = "UPDATE session SET authenticated_at = authenticated_at - interval '1 hour' WHERE user_id = %s"
    await visit.shop.database.fetch(Scope(user_id=person.id), statement, (person.id,))  # type: ignore[arg-type]
    assert await page.evaluate(_FORGET) == 204
