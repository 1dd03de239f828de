"""How many files are received at once, and what « Est-ce lisible ? » says became of those that were."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from gateway.clients.pieces import Deposit
from gateway.web.justificatifs.file_reception import TOO_MANY_IN_ALL, TOO_MANY_OF_CANDIDATE, FileRefused, upload_places
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


def test_one_candidate_does_not_take_all_places() -> None:
    uploads = upload_places("tested", in_all=5, each=3)
    with ExitStack() as under_way:
        for _ in range(3):
            under_way.enter_context(uploads.place("one"))
        with pytest.raises(FileRefused) as refused, uploads.place("one"):
            pass
        assert (refused.value.detail, refused.value.status) == (TOO_MANY_OF_CANDIDATE, 503)
        for _ in range(2):
            under_way.enter_context(uploads.place("another"))
        with pytest.raises(FileRefused) as refused, uploads.place("a third"):
            pass
        assert refused.value.detail == TOO_MANY_IN_ALL
    with uploads.place("one"), uploads.place("a third"):
        pass
