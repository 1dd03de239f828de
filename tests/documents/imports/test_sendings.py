"""PDFs of exam offices wait for their check: taken at once, in turn with those of others, within
one budget."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from services.chassis.tasks.registry import ChannelUnavailable
from services.contracts import document_rules
from services.contracts.document_rules import MAX_ARCHIVE_BYTES
from services.documents import pdf_checks
from services.documents.follow_ups import SENDINGS
from services.documents.models import AuditEntry, Sending, db
from services.documents.operations import import_files, imports
from services.documents.operations.import_files import NOT_CHECKED, check_sending
from services.documents.operations.import_publication import FILE_LOST
from services.documents.operations.imports import end_sendings, give_turn
from services.documents.operations.reconciliation import reconciliation
from tests.documents.imports.exam_office import (
    ExamOffice,
    meanwhile,
    numero,
    pdf_of,
    slow_pdf,
    zip_of,
)
from tests.pieces.tus_client import VERSION, id_of
from tests.support.processes import wait_until
from tests.support.service_worker import somebody_waits, stored

SECONDS = 120  # on a very busy machine


@pytest.fixture
def colleague(office: ExamOffice) -> ExamOffice:
    return ExamOffice(office.service, staff_id="staff-2")


def archive_of(*numbers: int) -> bytes:
    return zip_of({f"{numero(number)}.pdf": pdf_of(str(number)) for number in numbers})


def sent(office: ExamOffice, *numbers: int) -> str:
    """The import of an archive that waits for its check."""
    import_id = office.create(source="pdf")
    assert office.send(import_id, archive_of(*numbers), "lot.zip").status_code == 202
    return import_id


def waiting(office: ExamOffice) -> list[str]:
    return stored(office.service.app, select(Sending.id).order_by(Sending.given_at))


def check(office: ExamOffice, sending_id: str) -> None:
    with office.service.app.app_context():
        check_sending(office.service.dependencies, sending_id)


def impatient(monkeypatch: pytest.MonkeyPatch, *, of_each: float, of_all: float = 1000.0) -> None:
    """So many seconds of processor time for each file, and for those of a sending."""
    monkeypatch.setattr(pdf_checks, "LIMITS", replace(pdf_checks.LIMITS, processor=of_each))
    monkeypatch.setattr(import_files, "SENDING_SECONDS", of_all)
    monkeypatch.setattr(import_files, "PROGRESS_SECONDS", 0.0)


def test_while_slow_pdfs_are_checked_everybody_is_served_and_the_page_knows_how_far_it_is(
    office: ExamOffice, colleague: ExamOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.register(*range(1, 10))
    impatient(monkeypatch, of_each=0.4)
    import_id = office.create(source="pdf")
    slow = {f"{numero(number)}.pdf": slow_pdf() for number in range(1, 9)}
    answer = office.send(import_id, zip_of(slow), "lot.zip")
    shown = answer.get_json()
    assert (answer.status_code, shown["state"], shown["state_label"]) == (
        202,
        "prepared",
        "Contrôle en cours",
    )
    assert (shown["to_check"], shown["files_checked"], shown["files_to_check"]) == (1, 0, 8)
    worker = threading.Thread(target=office.work)
    worker.start()
    wait_until(lambda: office.read(import_id)["files_checked"] > 0, SECONDS, "the first is checked")
    other = sent(colleague, 9)
    assert office.read(import_id)["to_check"] == 1, "it is still at work"
    worker.join()
    office.work()
    assert (office.ready(import_id, other), len(office.refusals(import_id))) == ([0, 1], 8)
    shown = office.read(import_id)
    assert (shown["to_check"], shown["files_checked"], shown["files_to_check"]) == (0, 0, 0)
    assert shown["state_label"] == "Rien à publier"


def test_whoever_has_a_turn_gets_no_second_one_where_clocks_differ(office: ExamOffice) -> None:
    sent(office, 1)
    sent(office, 2)
    with office.service.app.app_context(), db.operation() as transaction:
        later = select(Sending).where(Sending.has_turn.is_(False))
        transaction.scalars(later).one().given_at -= timedelta(hours=1)
        transaction.flush()
        give_turn(transaction, transaction.scalars(select(Sending.owner_id).distinct()).one())
        assert sorted(transaction.scalars(select(Sending.has_turn))) == [False, True]


def test_senders_take_turns(office: ExamOffice, colleague: ExamOffice) -> None:
    office.register(3, 4)
    first = [sent(office, number) for number in (1, 2, 3)]
    other = sent(colleague, 4)
    order = []
    while office.work_once(SENDINGS):
        order += [id for id in (*first, other) if office.read(id)["ready"] and id not in order]
    assert order == [first[0], other, *first[1:]]
    acts = (
        select(AuditEntry.actor_id)
        .where(AuditEntry.action == "import.checked")
        .order_by(AuditEntry.id)
    )
    assert stored(office.service.app, acts) == ["staff-1", "staff-2", "staff-1", "staff-1"]
    assert waiting(office) == []


@pytest.mark.engines("postgresql")
def test_what_is_sent_while_the_sender_s_turn_ends_has_the_next(
    office: ExamOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(office, 1)
    second: list[str] = []
    sender = threading.Thread(target=lambda: second.append(sent(office, 2)))

    def ends_slowly(*given: Any) -> None:
        end_sendings(*given)
        sender.start()  # it waits for the lock, or does not see that the turn ends
        wait_until(lambda: not sender.is_alive() or somebody_waits(db), SECONDS, "the sender waits")

    monkeypatch.setattr(imports, "end_sendings", ends_slowly)
    office.work_once(SENDINGS)
    monkeypatch.undo()
    sender.join()
    office.work()
    assert office.read(second[0])["ready"] == 1


def test_whoever_has_as_many_waiting_as_a_form_sends_is_told_to_come_back(
    office: ExamOffice, colleague: ExamOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.register(3)
    monkeypatch.setattr(import_files, "MOST_WAITING", 1)
    sent(office, 1)
    sent(colleague, 2)
    import_id = office.create(source="pdf")
    refused = office.send(import_id, archive_of(3), "lot.zip")
    assert (refused.status_code, refused.headers["Retry-After"]) == (
        503,
        str(import_files.RETRY_SECONDS),
    )
    office.work()
    assert office.send_pdfs(import_id, archive_of(3))["ready"] == 1


def test_files_sent_one_by_one_are_counted_together(office: ExamOffice) -> None:
    office.register(3)
    import_id = office.create(source="pdf")
    for number in (1, 2, 3):
        office.send(import_id, pdf_of(), f"{numero(number)}.pdf")
    office.work_once(SENDINGS)
    shown = office.read(import_id)
    assert (shown["to_check"], shown["files_checked"], shown["files_to_check"], shown["ready"]) == (
        2,
        1,
        3,
        1,
    )
    [listed] = office.call("GET", "/imports").get_json()["items"]
    assert listed == shown


def test_a_sending_that_takes_too_long_is_refused_with_the_file_that_took_most(
    office: ExamOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch, of_each=1.0, of_all=0.5)
    import_id = office.create(source="pdf")
    files = {f"bon-{numero(1)}.pdf": pdf_of(), f"lent-{numero(2)}.pdf": slow_pdf()}
    refused = office.send_pdfs(import_id, zip_of(files))
    assert (refused["ready"], refused["refused"], refused["state_label"]) == (
        0,
        1,
        "Rien à publier",
    )
    [(place, reason)] = office.refusals(import_id)
    assert (place, "rien n'en est gardé" in reason) == ("lot.zip", True)
    assert reason.endswith(f"« lent-{numero(2)}.pdf »")
    assert office.service.keys(".pdf") == []
    again = office.send_pdfs(import_id, zip_of({f"bon-{numero(1)}.pdf": pdf_of()}))
    assert (again["ready"], again["refused"]) == (1, 0)
    assert office.service.run_command("reconcile").exit_code == 0


def test_a_sending_on_which_the_check_fails_is_refused_and_the_sender_s_next_has_its_turn(
    office: ExamOffice,
) -> None:
    def fail() -> None:
        raise RuntimeError

    first = sent(office, 1)
    second = sent(office, 2)
    with meanwhile("refusal_of", fail):
        office.work()
    assert (office.refusals(first), office.read(first)["to_check"]) == (
        [("lot.zip", NOT_CHECKED)],
        0,
    )
    assert (office.read(second)["ready"], waiting(office)) == (1, [])


def test_an_archive_that_cannot_be_read_is_refused_at_once(office: ExamOffice) -> None:
    import_id = office.create(source="pdf")
    answer = office.send(import_id, b"PK\x03\x04 and nothing", "lot.zip")
    assert (answer.status_code, office.read(import_id)["to_check"], office.service.keys()) == (
        422,
        0,
        [],
    )


def test_a_check_that_ends_in_the_middle_leaves_nothing_and_the_next_worker_checks_all(
    office: ExamOffice,
) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    office.register(*range(1, 6))
    import_id = sent(office, *range(1, 6))
    for step in ("refusal_of", "store_upload"):
        with meanwhile(step, kill, after=2), pytest.raises(Killed):
            check(office, *waiting(office))
        assert office.service.keys(".pdf") == []
    office.work()
    assert office.ready(import_id) == [5]


def test_a_sending_that_two_workers_check_is_added_once(office: ExamOffice) -> None:
    import_id = sent(office, 1, 2)
    [own] = waiting(office)
    with meanwhile("_settle", lambda: check(office, own)):
        check(office, own)
    office.work()
    shown = office.read(import_id)
    assert (shown["ready"], shown["refused"], shown["revision"]) == (2, 0, 1)
    assert len(office.service.keys(".pdf")) == 2
    assert office.service.run_command("reconcile").exit_code == 0


def test_nothing_is_published_while_pdfs_wait_for_their_check(office: ExamOffice) -> None:
    import_id = office.create(source="pdf")
    read = office.send_pdfs(import_id, archive_of(1))
    office.send(import_id, archive_of(2), "suite.zip")
    answer = office.publish(read)
    assert (answer.status_code, "attendent leur contrôle" in answer.get_json()["detail"]) == (
        409,
        True,
    )
    office.work()
    assert office.publish(read).status_code == 412, "another report than the one that was read"
    assert office.publish(office.read(import_id)).status_code == 202


def test_what_waits_for_an_import_given_up_is_dropped_and_the_sender_s_next_has_its_turn(
    office: ExamOffice,
) -> None:
    office.register(3)
    given_up = sent(office, 1)
    at_work = office.create(source="pdf")
    other = sent(office, 2)
    office.call("POST", f"/imports/{given_up}/abandonment")
    assert (office.read(given_up)["to_check"], len(waiting(office))) == (0, 1)
    office.work()
    assert office.ready(given_up, other) == [0, 1]
    office.send(at_work, archive_of(3), "lot.zip")
    with meanwhile("_settle", lambda: office.call("POST", f"/imports/{at_work}/abandonment")):
        office.work()
    assert (office.read(at_work)["state"], office.read(at_work)["ready"]) == ("abandoned", 0)
    assert (waiting(office), len(office.service.keys(".pdf"))) == ([], 1)
    assert office.service.run_command("reconcile").exit_code == 0


def test_what_the_version_before_published_meanwhile_gets_nothing_more(office: ExamOffice) -> None:
    import_id = sent(office, 1)
    with office.service.app.app_context(), db.operation() as transaction:
        transaction.execute(text("UPDATE imports SET state = 'published'"))
    office.work()
    assert (office.ready(import_id), waiting(office)) == ([0], [])


def test_what_was_taken_waits_for_the_store_and_what_it_has_lost_is_asked_for_again(
    office: ExamOffice,
) -> None:
    import_id = sent(office, 1)
    lost = sent(office, 2)
    [of_lost] = stored(
        office.service.app, select(Sending.object_key).where(Sending.import_id == lost)
    )
    with office.service.app.app_context():
        report = reconciliation().run()
        assert (report.rows, report.objects, report.unknown_count) == (2, 2, 0)
    office.service.dependencies.store.delete(of_lost)
    with office.service.without_store(), pytest.raises(ChannelUnavailable):
        office.work()
    office.work()
    assert (office.ready(import_id, lost), office.refusals(lost)) == (
        [1, 0],
        [("lot.zip", FILE_LOST)],
    )


def test_more_documents_than_an_import_has_are_refused(
    office: ExamOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_rules, "MAX_LINES", 1)
    import_id = sent(office, 1, 2)
    office.work()
    [(place, reason)] = office.refusals(import_id)
    assert (place, "1 documents au plus" in reason) == ("lot.zip", True)
    assert office.service.keys(".pdf") == []


def test_the_same_call_given_meanwhile_is_answered_alike(office: ExamOffice) -> None:
    import_id = office.create(source="pdf")
    begun = office.upload(import_id, pdf_of(), f"{numero(1)}.pdf")
    other: list[dict[str, Any]] = []
    with meanwhile("_take_sending", lambda: other.append(office.take(import_id, begun).get_json())):
        answer = office.take(import_id, begun)
    assert (answer.status_code, answer.get_json()) == (202, other[0])
    assert other[0]["to_check"] == 1


def test_a_file_given_up_while_it_is_stored_is_not_taken(office: ExamOffice) -> None:
    import_id = office.create(source="pdf")
    begun = office.upload(import_id, pdf_of(), f"{numero(1)}.pdf")
    with meanwhile(
        "store_upload", lambda: office.call("DELETE", f"/uploads/{id_of(begun)}", headers=VERSION)
    ):
        assert office.take(import_id, begun).status_code == 404
    assert (office.read(import_id)["to_check"], office.service.keys()) == (0, [])


MOST = 5  # files of the largest size, as many as one may have on the way


def test_one_has_so_many_files_on_the_way_and_those_to_a_publication_given_up_are_given_up(
    office: ExamOffice,
) -> None:
    def begin(import_id: str) -> int:
        announced = {**VERSION, "Upload-Length": str(MAX_ARCHIVE_BYTES)}
        return office.call("POST", f"/imports/{import_id}/uploads", headers=announced).status_code

    imports = [office.create(source="pdf") for _ in range(MOST + 1)]
    assert [begin(import_id) for import_id in imports] == [201] * MOST + [429]
    office.call("POST", f"/imports/{imports[0]}/abandonment")
    assert begin(imports[-1]) == 201
