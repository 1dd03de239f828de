import pytest

from services.registrations.domain.registration_numbers import (
    LARGEST_SEQUENCE,
    NUMERO_CANDIDAT_LENGTH,
    numero_candidat,
    numero_inscription,
    school_year,
    typed_numero_candidat,
    version_label,
)


def test_the_number_of_the_first_candidate_of_besancon_for_session_2022() -> None:
    assert numero_candidat(2022, "03", 1) == "02103000001"


def test_a_number_has_as_many_digits_whatever_the_sequence() -> None:
    assert {len(numero_candidat(2027, "19", n)) for n in (1, LARGEST_SEQUENCE)} == {NUMERO_CANDIDAT_LENGTH}


def test_the_school_year_is_the_one_in_which_the_session_ends() -> None:
    assert school_year(2020) == 2019


@pytest.mark.parametrize(
    ("academie", "sequence"), [("3", 1), ("031", 1), ("AB", 1), ("٠٣", 1), ("03", 0), ("03", LARGEST_SEQUENCE + 1)]
)
def test_a_number_that_would_not_have_the_format_is_refused(academie: str, sequence: int) -> None:
    with pytest.raises(ValueError):
        numero_candidat(2022, academie, sequence)


def test_inscriptions_count_from_001() -> None:
    assert [numero_inscription(n) for n in (1, 2, 10)] == ["001", "002", "010"]
    with pytest.raises(ValueError):
        numero_inscription(0)


def test_pages_say_version_02() -> None:
    assert version_label(2) == "Version 02"


@pytest.mark.parametrize("word", ["02103000001", "2103000001"])
def test_a_number_is_known_in_a_search_its_first_digit_typed_or_not(word: str) -> None:
    assert typed_numero_candidat(word) == "02103000001"


@pytest.mark.parametrize("word", ["dubois", "2", "103000001", "021030000011", "0210300000a", "٠٢١٠٣٠٠٠٠٠١"])
def test_other_words_of_a_search_are_no_number(word: str) -> None:
    assert typed_numero_candidat(word) is None
