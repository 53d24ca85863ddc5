"""Barcodes: leading zeros and check digits, on published numbers and on a real catalogue."""

import csv
import string
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.domain.barcode import (
    GTIN_LENGTHS,
    Barcode,
    BarcodeKind,
    check_digit,
    lookup_key,
    parse_gtin,
)
from core.domain.errors import Invalid

CATALOGUE = Path(__file__).parent.parent / "data" / "product_catalogue_off" / "sample.csv"

bodies = st.sampled_from(GTIN_LENGTHS).flatmap(
    lambda length: st.text(string.digits, min_size=length - 1, max_size=length - 1)
)
gtins = bodies.map(lambda body: body + check_digit(body))


@pytest.fixture(scope="module")
def catalogue() -> list[str]:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return [row["barcode"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("published", ["96385074", "036000291452", "4006381333931", "5901234123457", "10614141000415"])
def test_a_published_number_is_accepted_as_printed(published: str) -> None:
    assert parse_gtin(f" {published}\n") == Barcode(BarcodeKind.GTIN, published)


def test_every_code_of_a_real_catalogue_is_accepted_with_its_leading_zeros(catalogue: list[str]) -> None:
    assert len(catalogue) == 500
    assert [parse_gtin(code).code for code in catalogue] == catalogue
    assert {len(parse_gtin(code).key) for code in catalogue} == {14}


def test_two_pairs_of_the_catalogue_are_the_same_number_written_in_two_lengths(catalogue: list[str]) -> None:
    uses = Counter(lookup_key(code) for code in catalogue)
    assert {key for key, times in uses.items() if times > 1} == {"00000003444009", "00000075001629"}


def test_numbers_that_shops_give_out_themselves_are_told_apart(catalogue: list[str]) -> None:
    in_store = {code for code in catalogue if parse_gtin(code).in_store}
    long_codes = {code for code in catalogue if len(code) == 13 and not code.startswith("000000")}
    assert in_store & long_codes == {code for code in long_codes if code.startswith(("2", "02", "04"))}
    assert len(in_store & long_codes) == 77


@pytest.mark.parametrize(
    ("code", "in_store"),
    [
        ("2000000000008", True),
        ("0212345678901", True),
        ("0412345678909", True),
        ("212345678901", True),  # the UPC-A of the prefix 02
        ("12000000000005", True),  # a pack of shop-numbered pieces
        ("21234569", True),
        ("02345673", True),
        ("0300000000005", False),
        ("4006381333931", False),
        ("96385074", False),
    ],
)
def test_restricted_prefixes(code: str, in_store: bool) -> None:
    body = code[:-1]
    assert parse_gtin(body + check_digit(body)).in_store is in_store


def test_a_company_s_own_code_is_in_store() -> None:
    assert Barcode(BarcodeKind.CUSTOM, "SHELF-7").in_store


@given(gtins)
def test_a_number_has_one_key_in_every_length_that_it_can_be_written_in(code: str) -> None:
    padded = [code.zfill(length) for length in GTIN_LENGTHS if length >= len(code)]
    assert {parse_gtin(spelling).key for spelling in padded} == {code.zfill(14)}
    assert len({parse_gtin(spelling).in_store for spelling in padded}) == 1


@given(gtins, st.data())
def test_one_wrong_digit_is_always_noticed(code: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from(string.digits).filter(lambda digit: digit != code[place]))
    with pytest.raises(Invalid) as refusal:
        parse_gtin(code[:place] + wrong + code[place + 1 :])
    assert refusal.value.code == "gtin_check_digit"


@given(bodies, st.sampled_from(string.digits))
def test_the_refusal_names_the_right_check_digit(body: str, last: str) -> None:
    assume(last != check_digit(body))
    with pytest.raises(Invalid) as refusal:
        parse_gtin(body + last)
    right = str(refusal.value.details["check_digit"])
    assert f"should be {right}" in str(refusal.value)
    assert parse_gtin(body + right).code == body + right


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "gtin_characters"),
        ("40063813339E1", "gtin_characters"),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", "gtin_characters"),  # digits, but not ASCII
        ("-4006381333931", "gtin_characters"),
        ("4006381", "gtin_length"),
        ("400638133393", "gtin_check_digit"),
        ("400638133393100", "gtin_length"),
    ],
)
def test_what_is_no_gtin_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_gtin(text)
    assert refusal.value.code == code


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=48))
def test_a_company_may_use_any_printable_ascii_as_its_own_code(code: str) -> None:
    assert Barcode(BarcodeKind.CUSTOM, code).key == lookup_key(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "custom_length"),
        ("x" * 49, "custom_length"),
        (" x", "custom_characters"),
        ("x\t", "custom_characters"),
        ("a\nb", "custom_characters"),
        ("ñ", "custom_characters"),
        ("a\x7f", "custom_characters"),
    ],
)
def test_other_own_codes_are_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Barcode(BarcodeKind.CUSTOM, text)
    assert refusal.value.code == code


def test_an_own_code_is_found_as_spelt_unless_it_is_a_gtin() -> None:
    assert Barcode(BarcodeKind.CUSTOM, "A 1").key == "A 1"
    assert Barcode(BarcodeKind.CUSTOM, "4006381333930").key == "4006381333930"
    assert Barcode(BarcodeKind.CUSTOM, "4006381333931").key == parse_gtin("4006381333931").key
