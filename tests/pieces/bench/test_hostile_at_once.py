"""Sixteen hostile files at once, of one candidate or sixteen, delay another by less than a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tests.documents.example_events import CANDIDATURE
from tests.pieces import sample_files
from tests.pieces.corpus.pictures import endless
from tests.pieces.pieces_service import PiecesService
from tests.pieces.service.test_hostile_files import SIXTEEN, attacked_pieces

MOST_DELAY = 1.0  # second
ROUNDS = 5


@pytest.mark.parametrize("senders", [1, SIXTEEN])
def test_sixteen_hostile_files_delay_nobody_by_a_second(service: PiecesService, senders: int) -> None:
    attacks = list(attacked_pieces(service, senders).items())
    own_piece_id = service.registered().piece("NATIDE06")["id"]

    def attack(attacker: str, piece: str) -> None:
        service.upload(piece, endless(), "photo.jpg", by=attacker)

    def reads() -> int:
        return service.call("GET", f"/candidatures/{CANDIDATURE}/pieces").status_code

    def deposits() -> int:
        return service.upload(own_piece_id, sample_files.pdf(), "pièce.pdf").status_code

    assert deposits() == 201  # the first one starts a program
    quiet = _longest(reads, 200), _longest(deposits, 201)
    threads = [threading.Thread(target=attack, args=attacks[number % senders]) for number in range(SIXTEEN)]
    for thread in threads:
        thread.start()
    beside = _longest(reads, 200), _longest(deposits, 201)
    for thread in threads:
        thread.join()
    for what, alone, attacked in zip(("page", "deposit"), quiet, beside, strict=True):
        print(f"{what}: {alone * 1000:.0f} ms at most alone, {attacked * 1000:.0f} ms beside {SIXTEEN} hostile files")
        assert attacked < alone + MOST_DELAY


def _longest(act: Callable[[], int], status: int) -> float:
    """Seconds of the slowest of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        assert act() == status
        taken.append(time.perf_counter() - start)
    return max(taken)
