"""Coming in: by password, by letters, by invitation, and what those read who cannot."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Route, expect

from apps.settings import Settings
from core.domain.ids import new_id
from tests.mail_server import PostOffice, Received, post_office
from tests.web.newcomers import OTHER_PASSWORD, PASSWORD, PASSWORD_FIELD, newcomer, sign_in
from tests.web.visiting import DESKTOP, PHONE, Visits
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio

ME = r"^/api/v1/me$"  # whoever is not signed in is told so


@pytest.fixture
async def post(web_settings: Settings) -> AsyncIterator[PostOffice]:
    async with post_office(web_settings) as post:
        yield post


async def follow(page: Page, letter: Received) -> None:
    """Opens the link of a letter at the server of the test, and sees that its token stays in no address."""
    found = re.search(r"https?://[^/]+(/\S+#token=\S+)", letter.text)
    assert found, letter.text
    await page.goto("about:blank")
    await page.goto(found[1])
    await page.wait_for_function("() => location.hash === ''")


async def heading(page: Page, text: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(text)


async def test_whoever_types_a_wrong_password_is_told_so_and_no_more(visit: Visits, watch: Watch) -> None:
    """The same words for whoever does not exist."""
    watch.allow(401, r"/auth/login$")
    person = await newcomer(visit)
    page = await visit(None, path="/login")
    for login in (person.login, "nobody_at_all"):
        await sign_in(page, login, "not the password")
        await expect(page.get_by_role("alert")).to_have_text("Usuario o contraseña incorrectos.")
    await sign_in(page, person.login)
    await expect(page.get_by_role("button", name="Cuenta")).to_be_visible()


async def test_whoever_was_given_a_password_chooses_their_own_first(visit: Visits, watch: Watch) -> None:
    watch.allow(422, r"/auth/password$")
    person = await newcomer(visit, must_change_password=True)
    page = await visit(None, path="/login?next=/contact")
    await sign_in(page, person.login)
    await heading(page, "Elija su contraseña")
    await page.get_by_label("Contraseña que le dieron").fill(PASSWORD)
    await page.get_by_label("Contraseña nueva").fill("password")
    await page.get_by_role("button", name="Guardar y continuar").click()
    await expect(page.get_by_label("Contraseña nueva")).to_have_attribute("aria-invalid", "true")
    assert await visit.barriers(page) == []
    await page.get_by_label("Contraseña nueva").fill(OTHER_PASSWORD)
    await page.get_by_role("button", name="Guardar y continuar").click()
    await heading(page, "Ayuda y contacto")


async def test_a_forgotten_password_is_replaced_by_a_letter(visit: Visits, post: PostOffice, watch: Watch) -> None:
    """The link is good once. Seen to fail with the token left in the address."""
    watch.allow(401, ME)
    watch.allow(401, r"/password/reset$")
    person = await newcomer(visit)
    page = await visit(None, path="/login", size=PHONE)
    await page.get_by_role("link", name="¿Olvidó su contraseña?").click()
    await heading(page, "Contraseña olvidada")
    await page.get_by_label("Usuario o correo electrónico").fill(person.login)
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Enviar enlace").click()
    await expect(page.get_by_role("alert")).to_contain_text(person.login)
    letter = await post.mail_to(person.email)
    for password in (OTHER_PASSWORD, PASSWORD):
        await follow(page, letter)
        await page.get_by_label("Contraseña nueva").fill(password)
        await page.get_by_role("button", name="Guardar contraseña").click()
        await expect(page.get_by_label("Contraseña nueva")).to_be_hidden()
    await expect(page.get_by_role("alert")).to_have_text("Este enlace ya no vale o está incompleto.")
    await page.goto("/login")
    await sign_in(page, person.login, OTHER_PASSWORD)
    await expect(page.get_by_role("button", name="Cuenta")).to_be_visible()


async def test_an_invitation_lets_somebody_new_in(visit: Visits, post: PostOffice, watch: Watch) -> None:
    watch.allow(401, ME)
    mark = new_id().hex[-10:]
    email = f"luz_{mark}@example.org"
    admin = await visit.client("admin")
    await admin.post_ok("/invitations", {"email": email, "role": "operator", "name": "Luz Cueva"})
    letter = await post.mail_to(email)
    page = await visit(None, path="/login")
    await follow(page, letter)
    await expect(page.get_by_label("Su nombre")).to_have_value("Luz Cueva")
    await expect(page.get_by_text(email)).to_be_visible()
    assert await visit.barriers(page) == []
    await page.get_by_label("Usuario").fill(f"luz_{mark}")
    await page.get_by_label(PASSWORD_FIELD).fill(PASSWORD)
    await page.get_by_role("button", name="Crear cuenta y unirme").click()
    await expect(page.get_by_role("button", name="Cuenta")).to_be_visible()
    await follow(page, letter)
    await expect(page.get_by_role("alert")).to_have_text("Esta invitación ya fue aceptada. Inicie sesión.")


async def test_an_invitation_lets_a_known_person_join(visit: Visits, post: PostOffice, watch: Watch) -> None:
    """They sign in first; the invitation waits for them meanwhile."""
    watch.allow(401, ME)
    mark = new_id().hex[-10:]
    page = await visit(None, path="/login")
    await page.get_by_role("link", name="Registrar su empresa").click()
    await register(page, mark)
    await follow(page, await post.mail_to(f"eva_{mark}@example.org"))
    await page.get_by_role("button", name="Crear la empresa").click()
    await expect(page.get_by_role("alert")).to_contain_text(f"eva_{mark}")

    await post.mail_to(f"eva_{mark}@example.org")  # which says that it is done
    admin = await visit.client("admin")
    await admin.post_ok("/invitations", {"email": f"eva_{mark}@example.org", "role": "operator"})
    await follow(page, await post.mail_to(f"eva_{mark}@example.org"))
    await page.get_by_role("link", name="Entrar y aceptar").click()
    await sign_in(page, f"eva_{mark}")
    await page.get_by_role("button", name="Unirme como Eva Paz").click()
    await page.get_by_role("button", name="Cuenta").click()
    await expect(page.get_by_role("menuitem", name=f"Tienda {mark}")).to_be_visible()


async def register(page: Page, mark: str) -> None:
    await page.get_by_label("Nombre de la empresa").fill(f"Tienda {mark}")
    await page.get_by_label("Su nombre").fill("Eva Paz")
    await page.get_by_label("Correo electrónico").fill(f"eva_{mark}@example.org")
    await page.get_by_label("Usuario").fill(f"eva_{mark}")
    await page.get_by_label(PASSWORD_FIELD).fill(PASSWORD)
    await page.get_by_role("button", name="Registrar", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text(f"eva_{mark}@example.org")


async def test_where_companies_do_not_register_themselves_it_is_said(visit: Visits, watch: Watch) -> None:
    """The answer of a server with `registration` off."""
    watch.allow(401, ME)
    watch.allow(404, r"/auth/register$")
    page = await visit(None, path="/register")
    closed = '{"code": "registration_closed", "status": 404, "title": "Registration closed"}'
    await page.route("**/api/v1/auth/register", lambda route: route.fulfill(status=404, body=closed))
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Registrar", exact=True).click()
    await page.get_by_role("link", name="Pedir una empresa").click()
    await heading(page, "Ayuda y contacto")


@pytest.mark.parametrize("role", [None, "operator"])
async def test_anybody_writes_to_the_operator(visit: Visits, post: PostOffice, watch: Watch, role: str | None) -> None:
    watch.allow(401, ME)
    email = f"eva_{new_id().hex[-10:]}@example.org"
    page = await visit(role, path="/contact", size=PHONE if role else DESKTOP, scheme="dark")
    await page.get_by_label("Su nombre").fill("Eva Paz")
    await page.get_by_label("Correo electrónico").fill(email)
    await page.get_by_label("Mensaje").fill(f"No puedo entrar. {email}")
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Enviar").click()
    await expect(page.get_by_role("alert")).to_contain_text(email)
    letter = await post.mail_to("help@pirwa.test")
    assert f"No puedo entrar. {email}" in letter.text
    assert re.search(r"Pirwa \d+\.\d+", letter.text)


async def test_a_refusal_of_the_companys_provider_is_said_at_the_door(visit: Visits) -> None:
    """Seen to fail when the page did not say it."""
    page = await visit(None, path="/single-sign-on?company=nowhere&provider=workforce")
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Continuar allá").click()
    await expect(page.get_by_role("alert")).to_have_text("Esta forma de iniciar sesión no existe aquí.")
    await expect(page.get_by_role("button", name="Entrar con workforce de nowhere")).to_be_visible()
    assert await visit.barriers(page) == []


async def test_whoever_lacks_a_permission_reads_which_one(visit: Visits, watch: Watch) -> None:
    watch.allow(403, r"/api/v1/")
    page = await visit("viewer", path="/categories")
    await page.route("**/api/v1/categories*", forbid)
    await page.reload()
    await expect(page.get_by_text("Necesita el permiso «category:write».")).to_be_visible()


async def forbid(route: Route) -> None:
    body = (
        '{"code": "missing_permission", "permission": "category:write", "status": 403, "title": "Missing permission"}'
    )
    await route.fulfill(status=403, body=body, content_type="application/problem+json")
