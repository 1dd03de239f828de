"""Files that break their reader cost their sender an answer and nobody else anything."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from services.chassis.clock import system_now
from services.chassis.errors import Unavailable
from services.chassis.process.capacity import Limit
from services.objects.lifecycle import ERASING_DELAY
from services.pieces.dependencies import dependencies
from services.pieces.inspection.inspections import BUSY_RETRY_SECONDS, MAX_WAITING_LONG_LOOKS
from services.pieces.models import DepositTries, db
from services.pieces.operations.deposit_limits import (
    CONCURRENT_RETRY_SECONDS,
    HOUR,
    MAX_CONCURRENT_DEPOSITS,
    count_deposit_try,
    purge_deposit_tries,
)
from services.pieces.operations.deposits import KEPT_SECOND_THOUGHT
from tests.documents.example_events import CANDIDATE
from tests.pieces import sample_files
from tests.pieces.corpus.pdfs import chained_index, nested
from tests.pieces.corpus.pictures import endless
from tests.pieces.example_events import OTHER, registration_saved
from tests.pieces.pieces_service import PiecesService
from tests.support.object_store import Bucket
from tests.support.processes import wait_until

SIXTEEN = 16


def unverified() -> float:
    """How many files broke a limit so far."""
    reasons = ("memory", "processor", "time", "crash", "error")
    counts = (REGISTRY.get_sample_value("pieces_files_unverified_total", {"reason": reason}) for reason in reasons)
    return sum(count or 0 for count in counts)


def test_a_file_that_cannot_be_verified_is_refused_counted_and_not_kept(service: PiecesService) -> None:
    before = unverified()
    answer = service.registered().deposit("NATIDE06", endless(), "photo.jpg")
    problem = answer.get_json()
    assert (answer.status_code, problem["type"]) == (422, "/problems/fichier-non-verifie")
    assert "Ce fichier n'a pas pu être vérifié" in problem["detail"]
    assert unverified() == before + 1
    assert service.piece("NATIDE06")["deposit"] is None
    assert not service.objects()
    assert service.deposit("NATIDE06").status_code == 201


def test_nothing_of_a_file_is_written_into_the_log(service: PiecesService, capfd: pytest.CaptureFixture[str]) -> None:
    service.registered()
    for content in (nested(b"<</Secret", b">>", 5_000, reached=True), chained_index(20, 20_000)):
        service.deposit("NATIDE06", content)
    written = "".join(capfd.readouterr())
    assert "Secret" not in written
    assert len(written.splitlines()) < 50


def test_a_candidate_may_send_so_many_files_an_hour_refused_ones_included(database_url: str, bucket: Bucket) -> None:
    with contextlib.closing(PiecesService(database_url, bucket.url, deposits_per_hour=3).registered()) as service:
        files = [sample_files.pdf(), sample_files.pdf()[:-300], b"bonjour", sample_files.pdf()]
        answers = [service.deposit("NATIDE06", content) for content in files]
        assert [answer.status_code for answer in answers] == [201, 422, 415, 429]
        problem = answers[-1].get_json()
        assert problem["type"] == "/problems/trop-d-envois"
        assert f"Réessayez dans {HOUR // timedelta(minutes=1)} minutes." in problem["detail"]
        hour = HOUR.total_seconds()
        assert hour - 100 < int(answers[-1].headers["Retry-After"]) <= hour
        assert service.piece("NATIDE06")["deposit"] is not None, "what was deposited is still there"
        with service.app.app_context(), db.operation() as session:
            session.get_one(DepositTries, CANDIDATE).since -= HOUR
        assert service.deposit("NATIDE06").status_code == 201


def test_so_many_bytes_of_a_candidate_are_kept_replaced_ones_included(service: PiecesService) -> None:
    file = sample_files.pdf()
    service.use(most_retired_bytes=len(file) * 3)
    assert [service.registered().deposit("NATIDE06", file).status_code for _ in range(3)] == [201, 201, 201]
    assert service.list_pieces()["quota_sentence"] is None, "two were replaced"
    assert [service.deposit("NATIDE06", file).status_code for _ in range(2)] == [201, 201]
    assert "ne remplacez plus que ce qui doit l'être" in service.list_pieces()["quota_sentence"]
    refused = service.deposit("NATIDE06", file)
    assert (refused.status_code, refused.get_json()["type"]) == (413, "/problems/place-epuisee")
    assert service.piece("NATIDE06")["deposit"] is not None, "what was deposited is still there"
    service.age_retained_objects((KEPT_SECOND_THOUGHT + ERASING_DELAY).days + 0.01)
    service.run_nightly_jobs()
    assert len(service.objects()) == 1, "those replaced on the day of their deposit are erased"
    assert service.deposit("NATIDE06", file).status_code == 201


@pytest.mark.engines("sqlite", "postgresql")
def test_tries_at_once_are_all_counted(service: PiecesService) -> None:
    def count(_: int) -> None:
        with service.app.app_context():
            count_deposit_try(CANDIDATE, 1_000)

    with ThreadPoolExecutor(8) as tries:
        list(tries.map(count, range(8)))
    with service.app.app_context(), db.reading() as session:
        assert session.get_one(DepositTries, CANDIDATE).count == 8


def test_tries_of_an_hour_ago_are_forgotten(service: PiecesService) -> None:
    with service.app.app_context():
        count_deposit_try(CANDIDATE, 5)
        count_deposit_try(OTHER, 5)
        with db.operation() as session:
            session.get_one(DepositTries, CANDIDATE).since = system_now() - HOUR
        purge_deposit_tries()
        with db.reading() as session:
            assert list(session.scalars(select(DepositTries.candidate_id))) == [OTHER]


def test_a_candidate_has_so_many_files_under_way_at_most(registered: PiecesService) -> None:
    with registered.app.app_context():
        concurrent_deposits = dependencies().concurrent_deposits
    with contextlib.ExitStack() as places:
        for _ in range(MAX_CONCURRENT_DEPOSITS):
            places.enter_context(concurrent_deposits.place(CANDIDATE))
        refused = registered.deposit("NATIDE06")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(CONCURRENT_RETRY_SECONDS))
        assert "déjà en cours d'envoi" in refused.get_json()["detail"]
    assert registered.deposit("NATIDE06").status_code == 201


def test_where_too_many_files_that_take_long_wait_only_ordinary_ones_pass(registered: PiecesService) -> None:
    with registered.app.app_context():
        turns = dependencies().inspections.long_looks
    with ThreadPoolExecutor(MAX_WAITING_LONG_LOOKS) as others, turns.place("a"):
        for name in range(MAX_WAITING_LONG_LOOKS):
            others.submit(_wait_for_a_turn, turns, str(name))
        wait_until(lambda: turns.waiting == MAX_WAITING_LONG_LOOKS, 90, "the line is full")
        answer = registered.deposit("NATIDE06", endless(), "photo.jpg")
        assert registered.deposit("NATIDE06").status_code == 201
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == str(BUSY_RETRY_SECONDS)
    assert "Trop de fichiers" in answer.get_json()["detail"]


def _wait_for_a_turn(turns: Limit, name: str) -> None:
    with contextlib.suppress(Unavailable), turns.place(name):
        pass


def test_sixteen_candidates_with_hostile_files_keep_no_other_from_their_deposit(service: PiecesService) -> None:
    """Some of their files take the seconds of processor time that a file may take, one after the other."""
    attackers = [f"{each:032x}" for each in range(SIXTEEN)]
    service.registered().handle_events(*(registration_saved(candidate_id=id, candidature_id=id) for id in attackers))
    pieces = {id: service.piece("NATIDE06", id, id)["id"] for id in attackers}
    started = threading.Barrier(SIXTEEN + 1)

    def attack(attacker: str) -> int:
        started.wait()
        return service.upload(pieces[attacker], endless(), "photo.jpg", by=attacker).status_code

    with ThreadPoolExecutor(SIXTEEN) as threads:
        answers = threads.map(attack, pieces)
        started.wait()
        for _ in range(3):  # a busy machine may ask them to come again
            wait_until(lambda: service.deposit("NATIDE06").status_code == 201, 60, "the deposit beside them")
    assert set(answers) <= {422, 503}
