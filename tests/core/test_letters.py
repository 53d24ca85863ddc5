"""The letters: every one in both languages, and values that stay words."""

from dataclasses import replace
from typing import Any

import pytest

from core.domain.letters import WORDINGS, Letter, letter
from core.domain.mail import Mail, MailFile, address_fault

VALUES: dict[str, Any] = {
    "name": "Ana Torres",
    "login": "ana.torres",
    "company": "TechCorp",
    "inviter": "Luis Vega",
    "link": "https://pirwa.example/x",
    "hours": 72,
    "minutes": 30,
    "device": "Firefox",
    "email": "ana@example.org",
    "subject": "Precios",
    "message": "Hola",
    "summary": "Stock bajo (2)",
    "number": 17,
    "site": "Bodega Norte",
    "person": "Ana Torres",
    "report": "Ventas por producto",
    "about": "Del 01/03/2031 al 31/03/2031",
    "schedule": "Ventas del mes",
    "days": 7,
}


def written(kind: Letter, locale: str = "en", **values: str) -> Mail:
    needed = {name: VALUES[name] for name in WORDINGS["en"][kind].placeholders}
    return letter(kind, locale, "ana@example.org", **{**needed, **values})


def test_both_languages_have_every_letter_with_the_same_places_for_values() -> None:
    """Seen to fail with {minutes} left out of the Spanish reset, and with a letter whose kind was misnamed in one language."""
    places = {language: {kind: one.placeholders for kind, one in kinds.items()} for language, kinds in WORDINGS.items()}
    assert set(places) == {"es", "en"}
    assert set(places["es"]) == set(Letter)
    assert places["es"] == places["en"]


@pytest.mark.parametrize("kind", Letter)
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_letter_says_all_that_it_is_given_and_leaves_no_place_empty(kind: Letter, language: str) -> None:
    mail = written(kind, language)
    assert "{" not in mail.subject + mail.text
    for name in WORDINGS[language][kind].placeholders:
        assert str(VALUES[name]) in mail.subject + mail.text


@pytest.mark.parametrize(
    ("locale", "subject"),
    [
        ("es", "Cree una contraseña nueva"),
        ("es-EC", "Cree una contraseña nueva"),
        ("ES_mx", "Cree una contraseña nueva"),
        ("en", "Create a new password"),
        ("est", "Create a new password"),
        ("qu-EC", "Create a new password"),
        ("", "Create a new password"),
    ],
)
def test_spanish_is_for_spanish_locales_and_english_for_all_others(locale: str, subject: str) -> None:
    assert written(Letter.PASSWORD_RESET, locale).subject == subject


@pytest.mark.promise("S10")
def test_a_value_brings_no_places_of_its_own() -> None:
    """Seen to fail with the values filled in one after another."""
    mail = written(Letter.INVITATION, inviter="{link}", company="{inviter}", link="{company}")
    assert mail.subject == "{link} invites you to {inviter} on Pirwa"
    assert "{company}" in mail.text


@pytest.mark.promise("S10")
def test_a_name_stays_in_its_line_so_that_it_cannot_write_a_letter_of_its_own() -> None:
    """Seen to fail with values taken as they are: the subject was refused, and the text had another paragraph."""
    company = "Tea\r\nBcc: all@example.org\n\nPay\u2028here \u202ehttp://evil.example"
    mail = written(Letter.INVITATION, company=company)
    assert mail.subject == "Luis Vega invites you to Tea Bcc: all@example.org Pay here http://evil.example on Pirwa"
    assert mail.text.count("\n") == written(Letter.INVITATION).text.count("\n")


def test_a_message_keeps_its_lines() -> None:
    assert written(Letter.CONTACT, message="One\n\nTwo").text.endswith("\n\nOne\n\nTwo\n")


def test_a_letter_wants_exactly_its_values() -> None:
    some: dict[str, Any] = {"name": "Ana", "link": "x"}
    for values in (some, {**some, "minutes": 5, "hours": 1}):
        with pytest.raises(ValueError, match="minutes"):
            letter(Letter.PASSWORD_RESET, "en", "ana@example.org", **values)


@pytest.mark.parametrize("broken", ["a@example.org\r\nBcc: b@example.org", "a@example.org\n", "a\0@example.org"])
def test_a_mail_with_an_address_or_subject_of_several_lines_cannot_be_made(broken: str) -> None:
    changes: list[dict[str, Any]] = [{"to": broken}, {"subject": broken}, {"reply_to": broken}]
    for mail in changes:
        with pytest.raises(ValueError, match="one line each"):
            replace(Mail("a@example.org", "s", "t"), **mail)


@pytest.mark.parametrize(("name", "media_type"), [("a.pdf\r\nX: y", "application/pdf"), ("a.pdf", "pdf\r\nX: y")])
@pytest.mark.promise("S10")
def test_a_file_brings_no_headers_of_its_own(name: str, media_type: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        MailFile(name, media_type, b"")


def test_a_mail_shows_nothing_of_itself() -> None:
    mail = Mail("ana@example.org", "canary", "https://canary.example/reset", "canary@example.org")
    assert "canary" not in repr(mail)
    assert "ana" not in repr(mail)


@pytest.mark.parametrize(
    "address",
    ["ana@example.org", "a.b+tag@mail.example.org", "o'neill@localhost", f"{'a' * 64}@example.org", "1@x-1.example"],
)
def test_mail_addresses(address: str) -> None:
    assert address_fault("/email", address) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ana",
        "@example.org",
        "ana@",
        "ana@@example.org",
        "ana@example..org",
        "ana@-example.org",
        ".ana@example.org",
        "ana torres@example.org",
        "ana@example.org, luis@example.org",
        "Ana <ana@example.org>",
        '"ana"@example.org',
        "ana@example.org\n",
        "ana@example.org\r\nBcc: luis@example.org",
        "añá@example.org",
        f"{'a' * 65}@example.org",
        f"ana@{'a' * 64}.org",
        f"ana@{'a.' * 130}org",
    ],
)
def test_what_is_no_mail_address(text: str) -> None:
    fault = address_fault("/email", text)
    assert fault is not None
    assert fault.pointer == "/email"
