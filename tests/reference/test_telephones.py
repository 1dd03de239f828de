"""Telephones and numbers of establishments, as people write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reference import telephones, uai


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("0623456789", "0623456789"),
        ("+33623456789", "+33623456789"),
        ("06 23.45-67 89", "0623456789"),
        ("06\u202f23\u00a045 67 89", "0623456789"),
        ("0033 6 23 45 67 89", "+33623456789"),
        ("+33 (0)6 23 45 67 89", "+33623456789"),
        ("+330623456789", "+33623456789"),
        ("+262 692 12 34 56", "+262692123456"),
        ("  ", ""),
    ],
)
def test_a_telephone_is_kept_in_a_format_of_the_guide(typed: str, expected: str) -> None:
    assert telephones.normalised(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "06 11 22 33 4",
        "06234567890",
        "00234567",
        "623456789",
        "+3362345678",
        "+33023456789",
        "+336234567890",
        "+0123456789",
        "+1234567890123456",
        "+",
        "06 23 45 67 8O",
        "٠٦٢٣٤٥٦٧٨٩",
        "0623456789; DROP",
    ],
)
def test_anything_else_is_refused_with_the_expected_formats(typed: str) -> None:
    with pytest.raises(ValueError, match=r"0623456789 ou \+33623456789") as refusal:
        telephones.normalised(typed)
    assert "11" not in str(refusal.value), "the number is not repeated"


@pytest.mark.parametrize(
    "typed", ["0123456789", "+33123456789", "0033 5 12 34 56 78", "09 87 65 43 21"]
)
def test_a_line_of_a_house_is_no_mobile(typed: str) -> None:
    assert telephones.normalised(typed)
    with pytest.raises(ValueError, match="06 ou 07"):
        telephones.normalised_mobile(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "0623456789",
        "+33 7 23 45 67 89",
        "0690 12 34 56",
        "0692123456",
        "0697123456",
        "+32 470 12 34 56",
        "",
    ],
)
def test_mobiles_of_france_overseas_and_abroad_are_taken(typed: str) -> None:
    assert telephones.normalised_mobile(typed) == telephones.normalised(typed)


@settings(max_examples=40)
@given(st.from_regex(r"(0[1-9][0-9]{8}|\+33[1-9][0-9]{8}|\+4[1-9][0-9]{9})", fullmatch=True))
def test_what_a_document_shows_can_be_typed_again(number: str) -> None:
    assert telephones.normalised(telephones.displayed(number)) == number
    assert telephones.displayed("+33606060606") == "+33 6 06 06 06 06"


@pytest.mark.parametrize(
    "wrong",
    [
        "0250013E",
        "0250014D",
        "0250013d",
        "250013D",
        "0250013",
        "",
        " 0250013D",
        "0250013D\n",
        "٠٢٥٠٠١٣D",
    ],
)
def test_a_wrong_uai_is_not_valid(wrong: str) -> None:
    assert not uai.is_valid(wrong)


@settings(max_examples=30)
@given(st.from_regex(r"[0-9]{7}", fullmatch=True))
def test_only_one_letter_makes_seven_digits_valid(digits: str) -> None:
    valid = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if uai.is_valid(digits + letter)]
    assert valid == [uai.check_letter(digits)]
