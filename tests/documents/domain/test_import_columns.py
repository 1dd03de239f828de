"""What people read of a column is what is taken in it."""

from __future__ import annotations

import pytest

from services.documents.domain.cell_values import CellRefused, value_of
from services.documents.domain.import_columns import (
    COLUMNS,
    INSCRIPTION_LENGTH,
    NUMERO_CANDIDAT,
    NUMERO_INSCRIPTION,
    NUMERO_LENGTH,
    Column,
    Kind,
)
from services.registrations.domain.registration_numbers import numero_candidat, numero_inscription

TEXTS = [column for columns in COLUMNS.values() for column in columns if column.kind is Kind.TEXT]


@pytest.mark.parametrize("column", TEXTS, ids=lambda column: column.name)
def test_a_text_is_as_long_as_its_hint_says(column: Column) -> None:
    assert f"{column.max_length} caractères au plus" in column.hint
    assert value_of(column, "x" * column.max_length)
    with pytest.raises(CellRefused, match=f"dépasse {column.max_length} caractères"):
        value_of(column, "x" * (column.max_length + 1))


def test_the_numbers_that_registrations_gives_are_read() -> None:
    assert len(numero_candidat(2022, "03", 1)) == NUMERO_LENGTH
    assert len(numero_inscription(1)) == INSCRIPTION_LENGTH
    assert (NUMERO_CANDIDAT.hint, NUMERO_INSCRIPTION.hint.split(" ;")[0]) == ("Onze chiffres", "Trois chiffres")
