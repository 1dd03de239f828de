"""Files that break their reader, come in masses or hold a virus cost their sender an answer, and
others nothing."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from services.chassis.errors import Unavailable
from services.chassis.tasks.leases import ATTEMPTS_BEFORE_PARKING, RETRY_SECONDS
from services.clock import system_now
from services.confined.checks import Reason
from services.contracts.pieces import PiecesStateChanged
from services.objects.lifecycle import ERASING_DELAY
from services.pieces.antivirus import Antivirus, AntivirusUnavailable
from services.pieces.domain.candidate_sentences import DANGEROUS
from services.pieces.domain.piece import FOUND_INFECTED
from services.pieces.inspection.inspections import BUSY_RETRY_SECONDS, MAX_WAITING_LONG_LOOKS
from services.pieces.models import DepositTries, db, event_tables
from services.pieces.operations import deposit_limits as limits
from services.pieces.operations.antivirus_scans import ABANDONED_AFTER
from services.pieces.operations.deposits import KEPT_SECOND_THOUGHT
from services.pieces.queries.locks import lock_candidatures
from tests.documents.example_events import CANDIDATE, CANDIDATURE
from tests.pieces import sample_files
from tests.pieces.corpus.pdfs import chained_index, nested
from tests.pieces.corpus.pictures import endless
from tests.pieces.example_events import OTHER, registration_saved
from tests.pieces.pieces_service import PiecesService
from tests.support.clamav import EICAR, ClamAV
from tests.support.object_store import Bucket
from tests.support.processes import wait_until
from tests.support.scripted_clamd import ScriptedClamd
from tests.support.service_worker import somebody_waits, stored


def unverified() -> float:
    """How many files broke a limit so far."""
    counts = (
        REGISTRY.get_sample_value("pieces_files_unverified_total", {"reason": reason})
        for reason in Reason
    )
    return sum(count or 0 for count in counts)


def test_a_file_that_cannot_be_verified_is_refused_counted_and_not_kept(
    registered: PiecesService,
) -> None:
    before = unverified()
    answer = registered.deposit("NATIDE06", endless(), "photo.jpg")
    assert (answer.status_code, answer.get_json()["type"]) == (422, "/problems/fichier-non-verifie")
    assert "Ce fichier n'a pas pu être vérifié" in answer.get_json()["detail"]
    assert unverified() == before + 1
    assert registered.piece("NATIDE06")["deposit"] is None
    assert not registered.objects()
    assert registered.deposit("NATIDE06").status_code == 201


def test_nothing_of_a_file_is_written_into_the_log(
    registered: PiecesService, capfd: pytest.CaptureFixture[str]
) -> None:
    for content in (nested(b"<</Secret", b">>", 5_000, reached=True), chained_index(20, 20_000)):
        registered.deposit("NATIDE06", content)
    written = "".join(capfd.readouterr())
    assert "Secret" not in written
    assert len(written.splitlines()) < 50


def test_a_candidate_may_send_so_many_files_an_hour_refused_ones_included(
    database_url: str, bucket: Bucket
) -> None:
    files = [sample_files.pdf(), sample_files.pdf()[:-300], b"bonjour", sample_files.pdf()]
    with contextlib.closing(
        PiecesService(database_url, bucket.url, deposits_per_hour=3)
    ) as service:
        registered = service.registered()
        *answers, refused = [registered.deposit("NATIDE06", content) for content in files]
        assert [answer.status_code for answer in answers] == [201, 422, 415]
        assert (refused.status_code, refused.get_json()["type"]) == (429, "/problems/trop-d-envois")
        assert (
            f"Réessayez dans {limits.HOUR // timedelta(minutes=1)} minutes."
            in refused.get_json()["detail"]
        )
        assert (
            limits.HOUR.total_seconds() - 100
            < int(refused.headers["Retry-After"])
            <= limits.HOUR.total_seconds()
        )
        assert registered.piece("NATIDE06")["deposit"] is not None, (
            "what was deposited is still there"
        )
        with registered.app.app_context(), db.operation() as transaction:
            transaction.get_one(DepositTries, CANDIDATE).since -= limits.HOUR
        assert registered.deposit("NATIDE06").status_code == 201


def test_so_many_bytes_of_a_candidate_are_kept_replaced_ones_included(
    service: PiecesService,
) -> None:
    file = sample_files.pdf()
    service.use(most_retired_bytes=len(file) * 3)
    assert [service.registered().deposit("NATIDE06", file).status_code for _ in range(3)] == [
        201,
        201,
        201,
    ]
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
def test_tries_at_once_are_all_counted_and_those_of_an_hour_ago_forgotten(
    service: PiecesService,
) -> None:
    def count(candidate_id: str) -> None:
        with service.app.app_context():
            limits.count_deposit_try(candidate_id, 1_000)

    with ThreadPoolExecutor(8) as tries:
        list(tries.map(count, [CANDIDATE] * 8))
    assert stored(service.app, select(DepositTries.count)) == [8]
    count(OTHER)
    with service.app.app_context():
        with db.operation() as transaction:
            transaction.get_one(DepositTries, CANDIDATE).since = system_now() - limits.HOUR
        limits.purge_deposit_tries()
    assert stored(service.app, select(DepositTries.candidate_id)) == [OTHER]


def test_a_candidate_has_so_many_files_under_way_at_most(deposited: PiecesService) -> None:
    with contextlib.ExitStack() as places:
        for _ in range(limits.MAX_CONCURRENT_DEPOSITS):
            places.enter_context(deposited.dependencies.concurrent_deposits.place(CANDIDATE))
        for refused in (deposited.deposit("NATIDE06"), deposited.preview("NATIDE06")):
            assert (refused.status_code, refused.get_json()["type"]) == (
                429,
                "/problems/trop-d-envois",
            )
            assert refused.headers["Retry-After"] == str(limits.CONCURRENT_RETRY_SECONDS)
            assert "déjà en cours d'envoi" in refused.get_json()["detail"]
    assert deposited.deposit("NATIDE06").status_code == 201


def test_where_too_many_files_that_take_long_wait_only_ordinary_ones_pass(
    registered: PiecesService,
) -> None:
    turns = registered.dependencies.inspections.long_looks

    def wait_for_a_turn(name: str) -> None:
        with contextlib.suppress(Unavailable), turns.place(name):
            pass

    with ThreadPoolExecutor(MAX_WAITING_LONG_LOOKS) as others, turns.place("a"):
        for name in range(MAX_WAITING_LONG_LOOKS):
            others.submit(wait_for_a_turn, str(name))
        wait_until(lambda: turns.waiting == MAX_WAITING_LONG_LOOKS, 90, "the line is full")
        answer = registered.deposit("NATIDE06", endless(), "photo.jpg")
        assert registered.deposit("NATIDE06").status_code == 201
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(BUSY_RETRY_SECONDS))
    assert "Trop de fichiers" in answer.get_json()["detail"]


def test_sixteen_candidates_with_hostile_files_keep_no_other_from_their_deposit(
    service: PiecesService,
) -> None:
    """Some of their files take the seconds of processor time that a file may take, one after the
    other."""
    attackers = [f"{each:032x}" for each in range(16)]
    service.registered().handle_events(
        *(registration_saved(candidate_id=id, candidature_id=id) for id in attackers)
    )
    pieces = {id: service.piece("NATIDE06", id, id)["id"] for id in attackers}
    started = threading.Barrier(17)

    def attack(attacker: str) -> int:
        started.wait()
        return service.upload(pieces[attacker], endless(), "photo.jpg", by=attacker).status_code

    with ThreadPoolExecutor(16) as threads:
        answers = threads.map(attack, pieces)
        started.wait()
        for _ in range(3):  # a busy machine may ask them to come again
            wait_until(
                lambda: service.deposit("NATIDE06").status_code == 201,
                60,
                "the deposit beside them",
            )
    assert set(answers) <= {422, 503}


INFECTED = sample_files.zipped({"eicar.txt": EICAR}, compression=0)


@pytest.fixture
def scanned(database_url: str, bucket: Bucket, clamav: ClamAV) -> Iterator[PiecesService]:
    """With an antivirus and the guide's candidature."""
    with contextlib.closing(
        PiecesService(database_url, bucket.url, antivirus_url=clamav.url)
    ) as running:
        yield running.registered()


@pytest.fixture
def clamd() -> Iterator[ScriptedClamd]:
    with ScriptedClamd() as running:
        yield running


@pytest.fixture
def watched(database_url: str, bucket: Bucket, clamd: ScriptedClamd) -> Iterator[PiecesService]:
    """With the guide's candidature and an antivirus whose verdict is `clamd`'s."""
    with contextlib.closing(
        PiecesService(database_url, bucket.url, antivirus_url=clamd.url)
    ) as running:
        yield running.registered()


def scan_again(service: PiecesService) -> None:
    """As after new signatures."""
    service.run_command("rescan", "--all")
    service.run_follow_ups()


def test_a_clean_file_waits_for_nobody_and_is_then_opened_by_staff(scanned: PiecesService) -> None:
    scanned.deposit("NATIDE06")
    assert scanned.piece("NATIDE06")["deposit"]["scan"] == "analyse en cours"
    path = f"/pieces/{scanned.piece('NATIDE06')['id']}"
    for refused in (scanned.staff("GET", f"{path}/file"), scanned.staff("GET", f"{path}/pages/1")):
        assert (refused.status_code, "analyse en cours" in refused.get_json()["detail"]) == (
            409,
            True,
        )
    assert not scanned.piece_for_staff("NATIDE06")["deposit"]["openable"]
    assert scanned.download("NATIDE06").status_code == 200

    assert scanned.run_follow_ups() == []
    assert scanned.piece("NATIDE06")["deposit"]["scan"] == "saine"
    assert scanned.piece_for_staff("NATIDE06")["deposit"]["openable"]
    assert scanned.staff("GET", f"{path}/pages/1").status_code == 200
    opened = scanned.staff("GET", f"{path}/file")
    assert (opened.status_code, opened.headers["X-Antivirus"], "Warning" in opened.headers) == (
        200,
        "clean",
        False,
    )
    assert "0 fichier(s)" in scanned.run_command("rescan").output


def test_an_infected_file_is_opened_by_no_staff(scanned: PiecesService) -> None:
    assert scanned.deposit("NATIDE06", INFECTED, "archive.zip").status_code == 201
    scanned.run_follow_ups()
    shown = scanned.piece("NATIDE06")
    assert shown["deposit"]["scan"] == "infectée"
    for form in ("copy", "original"):
        assert scanned.staff("GET", f"/pieces/{shown['id']}/file?form={form}").status_code == 409
    assert scanned.download("NATIDE06").status_code == 200, "its candidate sees what was sent"


def test_an_infected_file_cannot_be_validated_nor_found_compliant(scanned: PiecesService) -> None:
    scanned.deposit("NATIDE06", INFECTED, "archive.zip")
    scanned.run_follow_ups()
    assert "dangereux" in scanned.group("NATIONALITE")["validate_blocked_reason"]
    assert scanned.control("NATIDE06", "compliant").status_code == 422
    refused = scanned.control("NATIDE06", "non_compliant", comment="Fichier infecté")
    assert refused.status_code == 200


def test_each_change_of_a_verdict_is_told(watched: PiecesService, clamd: ScriptedClamd) -> None:
    clamd.finds_a_virus = True
    watched.deposit("NATIDE06")
    told_before = len(watched.published(PiecesStateChanged.TYPE))
    watched.run_follow_ups()
    assert len(watched.published(PiecesStateChanged.TYPE)) == told_before + 1
    clamd.finds_a_virus = False
    scan_again(watched)
    assert len(watched.published(PiecesStateChanged.TYPE)) == told_before + 2, "the contrary too"


@pytest.mark.engines("postgresql")
def test_a_verdict_waits_for_who_changes_the_candidature(scanned: PiecesService) -> None:
    scanned.deposit("NATIDE06", INFECTED, "archive.zip")
    with ThreadPoolExecutor(1) as pool:
        with scanned.app.app_context(), db.operation() as transaction:
            lock_candidatures(transaction, [CANDIDATURE])
            verdict = pool.submit(scanned.run_follow_ups)
            wait_until(lambda: verdict.done() or somebody_waits(db), 20, "the verdict to wait")
            assert not verdict.done()
        assert verdict.result() == []


def test_without_a_verdict_the_scan_is_failed_and_tried_again(
    scanned: PiecesService, clamav: ClamAV
) -> None:
    scanned.deposit("NATIDE06")
    scanned.use(antivirus=Antivirus("tcp://127.0.0.1:9"))
    assert scanned.run_follow_ups() == ["AntivirusUnavailable"]
    assert scanned.piece("NATIDE06")["deposit"]["scan"] == "analyse en échec"
    scanned.run_job("count-scans")
    counted = (("failed", 1), ("infected", 0), ("pending", 0))
    lines = [f'pieces_deposits_by_scan{{state="{state}"}} {number}.0' for state, number in counted]
    assert scanned.metrics("pieces_deposits_by_scan") == lines
    scanned.use(antivirus=Antivirus(clamav.url))
    assert scanned.run_follow_ups() == []
    assert scanned.piece("NATIDE06")["deposit"]["scan"] == "saine"


def test_a_clamd_that_hangs_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.pieces.antivirus.CHECK_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hung = Antivirus(f"tcp://127.0.0.1:{silent.getsockname()[1]}", 0.2)
        with pytest.raises(AntivirusUnavailable, match="TimeoutError"):
            hung.is_clean([b"text"])
        assert hung.check() == "unreachable"


def test_a_scan_is_called_given_up_later_than_the_worker_gives_it_up() -> None:
    repeated = ATTEMPTS_BEFORE_PARKING - 1 - len(RETRY_SECONDS)
    assert timedelta(seconds=sum(RETRY_SECONDS) + repeated * RETRY_SECONDS[-1]) < ABANDONED_AFTER


def test_a_scan_given_up_is_asked_for_again_each_night_and_one_under_way_is_not(
    scanned: PiecesService,
) -> None:
    scanned.deposit("NATIDE06")
    with (
        scanned.app.app_context(),
        db.operation() as transaction,
    ):  # what an operator sees parked after a day
        transaction.execute(update(event_tables.Task).values(state="parked", ended_at=system_now()))
    scanned.run_job("rescan")
    assert scanned.run_follow_ups() == []
    assert scanned.piece("NATIDE06")["deposit"]["scan"] == "analyse en cours"

    scanned.move_to(scanned.now + ABANDONED_AFTER + timedelta(minutes=1))
    scanned.run_job("rescan")
    assert scanned.run_follow_ups() == []
    assert scanned.piece("NATIDE06")["deposit"]["scan"] == "saine"


@pytest.fixture
def compliant(watched: PiecesService) -> PiecesService:
    """NATIDE06 was clean, handed over and found compliant."""
    watched.deposit("NATIDE06")
    watched.run_follow_ups()
    watched.validate("NATIONALITE")
    watched.control("NATIDE06", "compliant")
    return watched


@pytest.fixture
def found_infected(compliant: PiecesService, clamd: ScriptedClamd) -> PiecesService:
    """Nobody may go on counting on the file: the antivirus has learnt of a virus since."""
    clamd.finds_a_virus = True
    scan_again(compliant)
    return compliant


def test_a_compliant_piece_whose_file_proves_infected_waits_for_another_decision(
    found_infected: PiecesService,
) -> None:
    shown = found_infected.piece_for_staff("NATIDE06")
    assert (shown["status"], shown["comment"]) == (None, FOUND_INFECTED)
    assert found_infected.listed_codes("status=none&deposited=true") == ["NATIDE06"]
    [waiting] = found_infected.read_as_staff("/control-queue")["items"]
    assert (waiting["number"], waiting["sent_again"]) == (1, 1)


def test_who_read_a_piece_before_it_proved_infected_decides_nothing(
    compliant: PiecesService, clamd: ScriptedClamd
) -> None:
    read = compliant.piece_for_staff("NATIDE06")["etag"]
    clamd.finds_a_virus = True
    scan_again(compliant)
    assert compliant.piece_for_staff("NATIDE06")["etag"] != read


def test_an_infected_file_gets_its_compliant_back_from_nobody(
    found_infected: PiecesService,
) -> None:
    assert found_infected.take_back("NATIDE06").status_code == 409
    assert found_infected.control("NATIDE06", "compliant").status_code == 422


def test_a_candidate_whose_compliant_file_proves_infected_is_asked_for_another(
    found_infected: PiecesService,
) -> None:
    asked = found_infected.piece("NATIDE06")
    assert (asked["status"], asked["status_comment"]) == (None, None)
    assert (asked["can_deposit"], asked["sentence"]) == (True, DANGEROUS)
    [to_do] = found_infected.call("GET", "/left").get_json()["candidatures"]
    assert to_do["refused"] == 1
    assert found_infected.published(PiecesStateChanged.TYPE)[-1]["state"] == "missing"


def test_the_journal_says_of_a_compliant_piece_that_it_proved_infected(
    found_infected: PiecesService,
) -> None:
    scanned, found = found_infected.audit_entries()[-2:]
    assert [scanned.action, found.action] == ["deposit.scanned", "piece.found_infected"]
    assert found.before == {"status": "compliant"}
    assert found.after is not None
    assert (found.after["status"], found.after["reason"]) == (None, FOUND_INFECTED)


def test_who_follows_the_feed_or_the_history_sees_that_a_file_proved_infected(
    found_infected: PiecesService,
) -> None:
    assert found_infected.read_as_staff("/changes")["items"][-1]["kind"] == "removed"
    history = found_infected.call("GET", f"/candidatures/{CANDIDATURE}/history").get_json()
    [newest, *_] = history["events"]
    assert (newest["act"], newest["author"]) == ("piece.found_infected", "service")


def test_an_infected_file_is_found_once(found_infected: PiecesService) -> None:
    before = found_infected.piece_for_staff("NATIDE06")["etag"]
    scan_again(found_infected)
    assert found_infected.piece_for_staff("NATIDE06")["etag"] == before


def test_a_file_that_proves_clean_after_all_is_replaced_and_found_compliant(
    found_infected: PiecesService, clamd: ScriptedClamd
) -> None:
    clamd.finds_a_virus = False
    scan_again(found_infected)
    assert found_infected.piece_for_staff("NATIDE06")["comment"] is None, "it was none after all"
    found_infected.deposit("NATIDE06", sample_files.image(), "autre.png")
    found_infected.run_follow_ups()
    assert found_infected.validate("NATIONALITE").status_code == 200
    assert found_infected.control("NATIDE06", "compliant").status_code == 200


@pytest.mark.parametrize("status", ["non_compliant", "received"])
def test_what_was_not_found_compliant_keeps_its_status_when_it_proves_infected(
    watched: PiecesService, clamd: ScriptedClamd, status: str
) -> None:
    watched.deposit("NATIDE06")
    watched.control("NATIDE06", status)
    etag = watched.piece_for_staff("NATIDE06")["etag"]
    clamd.finds_a_virus = True
    watched.run_follow_ups()
    shown = watched.piece_for_staff("NATIDE06")
    assert (shown["status"], shown["etag"]) == (status, etag)
    assert shown["deposit"]["scan"] == "infected"
