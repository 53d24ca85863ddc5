"""One message holds 160 letters of the alphabet of phones, or 70 of any other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.text_message import one_message, phone_fault, phone_number

LINK = "https://pirwa.example/notifications"


def septets(text: str) -> int:
    """As much as a text counts where it is of that alphabet, written down from the standard once more."""
    twice = set("^{}\\[~]|€")
    letters = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡§¿ÄÖÑÜäöñüà" + "".join(
        chr(code) for code in (*range(65, 91), *range(97, 123))
    )
    return sum(2 if one in twice else 1 for one in text) if set(text) <= twice | set(letters) else 1_000


def test_spanish_needs_no_message_of_seventy_letters() -> None:
    """Seen to fail with á, í, ó and ú left as they are: the text was cut after 31 letters."""
    text = "Andina: Stock bajo (3). Té de manzanilla en «Almacén Sur»: quedan 4, mínimo 5…"
    assert one_message(text, LINK) == (
        f'Andina: Stock bajo (3). Té de manzanilla en "Almacén Sur": quedan 4, minimo 5... {LINK}'
    )


def test_what_does_not_fit_is_cut_between_words_and_the_link_stays() -> None:
    text = one_message("Andina: " + "manzanilla " * 20, LINK)
    assert text.endswith(f"manzanilla... {LINK}")
    assert 140 < septets(text) <= 160


def test_another_alphabet_has_less_room_and_no_letter_is_torn() -> None:
    text = one_message("茶" * 200, LINK)
    assert len(text.encode("utf-16-le")) // 2 == 70
    faces = one_message("😀" * 100, LINK)
    assert len(faces.encode("utf-16-le")) // 2 <= 70
    assert set(faces.removesuffix(f"... {LINK}")) == {"😀"}


def test_letters_that_count_twice_do() -> None:
    """Seen to fail with every letter counted once."""
    assert septets(one_message("[€]" * 40, LINK)) <= 160


def test_a_text_without_room_beside_its_link_is_left_out() -> None:
    link = f"https://{'x' * 200}.example"
    assert one_message("Andina: nothing fits", link) == link
    assert one_message("", "") == ""


@given(st.text(max_size=400), st.sampled_from([LINK, ""]))
def test_whatever_is_to_be_told_is_one_message_of_one_line(text: str, link: str) -> None:
    message = one_message(text, link)
    assert septets(message) <= 160 or len(message.encode("utf-16-le")) // 2 <= 70
    assert message.endswith(link)
    assert "\n" not in message


@pytest.mark.parametrize("text", ["+593 99 123-4567", "+1 (555) 010.9999"])
def test_a_number_may_be_written_as_people_write_it(text: str) -> None:
    assert phone_fault("/number", phone_number(text)) is None


@pytest.mark.parametrize(
    "text", ["0991234567", "+0991234567", "+59399", "+5939912345678901", "+593x", "", "+５９３９９１２３４５６７"]
)
def test_anything_else_is_no_number(text: str) -> None:
    assert phone_fault("/number", phone_number(text)) is not None
