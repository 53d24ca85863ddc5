"""Quantities and amounts: what is refused, and how a decimal is written."""

from decimal import Decimal

import pytest

from core.domain.values import amount_fault, level_fault, normal, quantity_fault


@pytest.mark.parametrize("text", ["1", "0.000001", "999999999999.999999", "1.500000000", "1e3", "0.1e-5"])
def test_a_quantity_that_fits_is_taken(text: str) -> None:
    assert quantity_fault("/quantity", Decimal(text)) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "out_of_range"),
        ("-1", "out_of_range"),
        ("1e12", "out_of_range"),
        ("1e999999999", "out_of_range"),
        ("0.0000001", "too_precise"),
        ("1e-999999999999999999", "too_precise"),
        ("1.1234567", "too_precise"),
        ("NaN", "not_a_number"),
        ("sNaN", "not_a_number"),
        ("-Infinity", "not_a_number"),
    ],
)
def test_a_quantity_that_does_not_fit_is_refused_with_its_reason(text: str, code: str) -> None:
    fault = quantity_fault("/quantity", Decimal(text))
    assert fault is not None
    assert fault.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", None),
        ("-0", None),
        ("5", None),
        ("-0.5", "out_of_range"),
        ("NaN", "not_a_number"),
        ("-1e-7", "out_of_range"),
    ],
)
def test_a_level_may_be_nothing_but_not_less(text: str, code: str | None) -> None:
    fault = level_fault("/minimum", Decimal(text))
    assert (fault and fault.code) == code


def test_an_amount_may_be_nothing_but_not_less() -> None:
    assert amount_fault("/unit_price", Decimal(0)) is None
    assert amount_fault("/unit_price", None) is None
    assert amount_fault("/unit_price", Decimal("-0.01")) is not None
    assert amount_fault("/unit_price", Decimal("0.00001")) is not None


@pytest.mark.parametrize(("text", "written"), [("1.500", "1.5"), ("100", "100"), ("1E+2", "100"), ("0.00", "0")])
def test_a_decimal_is_written_without_trailing_zeros_or_exponent(text: str, written: str) -> None:
    assert str(normal(Decimal(text))) == written
