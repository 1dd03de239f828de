import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reference import uai


@pytest.mark.parametrize(
    "wrong", ["0250013E", "0250014D", "0250013d", "250013D", "0250013", "", " 0250013D", "0250013D\n", "٠٢٥٠٠١٣D"]
)
def test_a_wrong_uai_is_not_valid(wrong: str) -> None:
    assert not uai.is_valid(wrong)


@settings(max_examples=30)
@given(st.from_regex(r"[0-9]{7}", fullmatch=True))
def test_only_one_letter_makes_seven_digits_valid(digits: str) -> None:
    valid = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if uai.is_valid(digits + letter)]
    assert valid == [uai.check_letter(digits)]
