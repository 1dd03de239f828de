"""« Est-ce lisible ? » says what became of the files chosen, and knows every sign that pieces sees."""

from __future__ import annotations

import pytest

from gateway.clients.pieces import Deposit
from gateway.web.justificatifs.lisible import processing_sentences

MEGABYTE = 1024 * 1024
PLAIN = Deposit("1", "cni.jpg", 1, "", "saine", "clean", None)
CONVERTED = Deposit("1", "cni.jpg", 1, "", "saine", "clean", None, converted=True)
JOINED = Deposit("1", "cni.pdf", 1, "", "saine", "clean", None, converted=True, pages=4)


@pytest.mark.parametrize(
    ("deposit", "files", "sizes", "sentences"),
    [
        (PLAIN, 0, (0, 0), []),
        (PLAIN, 0, (12 * MEGABYTE, 2 * MEGABYTE), ["Votre photo a été réduite de 12 Mo à 2 Mo."]),
        (PLAIN, 0, (2, 12), []),
        (CONVERTED, 0, (0, 0), ["Votre photo a été convertie en JPEG, sans la date ni le lieu de la prise de vue."]),
        (JOINED, 4, (0, 0), ["Vos 4 fichiers ont été réunis en un PDF de 4 pages."]),
    ],
)
def test_what_is_said(deposit: Deposit, files: int, sizes: tuple[int, int], sentences: list[str]) -> None:
    assert processing_sentences(deposit, files, *sizes) == sentences
