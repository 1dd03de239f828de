import pytest

from services.contracts.candidate_numbers import NUMERO_CANDIDAT_LENGTH
from services.registrations.domain import registration_numbers
from services.registrations.domain.registration_numbers import (
    numero_candidat,
    numero_inscription,
    typed_numeros,
)

LARGEST = registration_numbers.LARGEST_SEQUENCE


def test_the_first_candidate_of_besancon_has_a_number_of_as_many_digits_as_others() -> None:
    assert numero_candidat(2022, "03", 1) == "02103000001"
    lengths = {len(numero_candidat(2027, "19", number)) for number in (1, LARGEST)}
    assert lengths == {NUMERO_CANDIDAT_LENGTH}
    assert registration_numbers.school_year(2020) == 2019, "that in which the session ends"


@pytest.mark.parametrize(
    ("academie", "sequence"),
    [("3", 1), ("031", 1), ("AB", 1), ("٠٣", 1), ("03", 0), ("03", LARGEST + 1)],
)
def test_a_number_that_would_not_have_the_format_is_refused(academie: str, sequence: int) -> None:
    with pytest.raises(ValueError):
        numero_candidat(2022, academie, sequence)


def test_inscriptions_count_from_001() -> None:
    assert [numero_inscription(n) for n in (1, 2, 10)] == ["001", "002", "010"]
    with pytest.raises(ValueError):
        numero_inscription(0)


def test_a_search_knows_a_number_with_or_without_its_first_digit_and_no_other_word() -> None:
    assert typed_numeros("02103000001") == typed_numeros("2103000001") == ("02103000001", "")
    assert typed_numeros("02103000001002") == ("02103000001", "002")
    for word in ("dubois", "2", "103000001", "021030000011", "0210300000a", "٠٢١٠٣٠٠٠٠٠١"):
        assert typed_numeros(word) == (None, ""), word
