"""Who may publish where, what is taken back, ordered again under its key, and erased with its
candidature."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.chassis.cursors import encode_cursor
from services.chassis.tasks.tables import tasks
from services.contracts.document_rules import (
    AUTOMATIC_TYPES,
    MAX_ORDER_KEY_LENGTH,
    MAX_REASON_LENGTH,
    MAX_TITLE_LENGTH,
)
from services.contracts.registrations import DataErased, ErasedCandidature
from services.contracts.retention import DOCUMENTS, OF_A_SESSION
from services.documents.models import db
from services.objects.lifecycle import erase_expired
from tests.documents.example_events import saved
from tests.documents.imports.exam_office import (
    NEW,
    ExamOffice,
    candidature,
    csv_of,
    line,
    numero,
    pdf_of,
    zip_of,
)
from tests.documents.service import Service, some_id
from tests.support.service_worker import stored, tables_that_hold

WHY = "Changement de centre"
REASON = {"reason": WHY}


def published(office: ExamOffice, *numbers: int) -> dict[str, Any]:
    office.register(*numbers)
    return office.published(csv_of([line(number) for number in numbers]))


def test_another_académies_gestionnaire_finds_and_changes_nothing(office: ExamOffice) -> None:
    ended = published(office, 1)
    elsewhere = ExamOffice(office.service, academies=["20"])
    path = f"/imports/{ended['id']}"
    document = office.documents_of(1)[0]["id"]
    for query, number in (("", 1), ("?academie=03", 1), ("?academie=20", 0)):
        assert len(office.call("GET", f"/imports{query}").get_json()["items"]) == number, query
        assert elsewhere.call("GET", f"/imports{query}").get_json()["items"] == [], query
    for of_import in (
        "",
        "/refusals",
        "/refusals.csv",
        "/documents",
        "/preview",
        "/check",
        "/model-parts",
    ):
        assert elsewhere.call("GET", path + of_import).status_code == 404, of_import
    search = {"numero_candidat": numero(1)}
    publication = {"revision": ended["revision"]}
    acts = {
        "documents/search": search,
        "publication": publication,
        "withdrawal": REASON,
        "abandonment": {},
    }
    for act, body in acts.items():
        assert elsewhere.call("POST", f"{path}/{act}", json=body).status_code == 404, act
    assert elsewhere.send(ended["id"], csv_of([line(1)])).status_code == 404
    assert (
        elsewhere.call(
            "POST", f"/published-documents/{document}/withdrawal", json=REASON
        ).status_code
        == 404
    )
    assert elsewhere.call("POST", "/imports", json=NEW).status_code == 403
    administrateur = ExamOffice(office.service, academies=None)
    assert administrateur.read(ended["id"])["id"] == ended["id"]
    offered = [
        who.call("GET", "/import-form").get_json()["academies"] for who in (administrateur, office)
    ]
    assert (len(offered[0]) > 20, [item["code"] for item in offered[1]]) == (True, ["03"])
    assert len(office.documents_of(1)) == 1


def test_a_relance_of_a_candidature_set_aside_is_not_to_be_read_any_more(
    office: ExamOffice,
) -> None:
    new = office.create(type="relance_pieces", source="pdf", paragraphs=["Une pièce manque."])
    office.published_of(
        office.send_pdfs(new, pdf_of("Une pièce manque."), f"relance-{numero(1)}.pdf")
    )
    assert office.to_read(1) == ["relance_pieces"]
    office.end(1, ecartee=True)
    assert office.to_read(1) == []


def test_what_is_withdrawn_is_gone_for_its_candidate_and_only_for_them(office: ExamOffice) -> None:
    ended = published(office, 1, 2)
    document = office.documents_of(1)[0]
    too_long = {"reason": "x" * (MAX_REASON_LENGTH + 1)}
    refused = office.call("POST", f"/imports/{ended['id']}/withdrawal", json=too_long)
    assert (refused.status_code, str(MAX_REASON_LENGTH) in refused.text) == (422, True)
    for _ in range(2):
        assert office.withdraw(ended, WHY)["state"] == "withdrawn"
    assert (office.documents_of(1), office.documents_of(2), office.to_read(1)) == ([], [], [])
    for form in ("file", "html"):
        assert (
            office.service.get(f"/documents/{document['id']}/{form}", candidature(1)).status_code
            == 404
        )
    assert len(office.service.keys(".pdf")) == 2, "nothing is erased"
    after = office.read(ended["id"])
    assert (after["withdrawn"], after["withdrawal_reason"]) == (2, WHY)
    assert [action for action, _ in office.audited()].count("import.withdrawn") == 1


def test_one_document_is_withdrawn_and_a_new_one_takes_the_next_number(office: ExamOffice) -> None:
    ended = published(office, 1, 2)
    document = office.documents_of(1)[0]["id"]
    for _ in range(2):
        answer = office.call("POST", f"/published-documents/{document}/withdrawal", json=REASON)
        assert answer.status_code == 204
    assert (len(office.documents_of(1)), len(office.documents_of(2))) == (0, 1)
    assert office.read(ended["id"])["withdrawn"] == 1
    assert [item["state"] for item in office.items(ended)] == ["withdrawn", "published"]
    published(office, 1)
    assert len(office.documents_of(1)) == 1
    assert office.audited().count(("document.withdrawn", document)) == 1


def test_what_is_published_again_replaces_the_one_before_until_it_is_withdrawn(
    office: ExamOffice,
) -> None:
    for _ in range(2):
        published(office, 1)
    office.published(csv_of([line(1)]), title="Convocation à l'oral")
    newest, first = (
        item["id"] for item in office.documents_of(1) if item["label"] != "Convocation à l'oral"
    )
    marks = {item["id"]: item["replaced_at"] for item in office.listed(1)}
    assert [item["id"] for item in office.listed(1) if item["replaced_at"]] == [first], (
        "of one title alone"
    )
    assert marks[first] == next(
        item["published_at"] for item in office.listed(1) if item["id"] == newest
    )
    office.call("POST", f"/published-documents/{newest}/withdrawal", json=REASON)
    assert not [item for item in office.listed(1) if item["replaced_at"]], (
        "the first one holds again"
    )


def test_each_act_is_announced_to_each_candidate_the_reason_where_it_is_meant_for_them(
    office: ExamOffice,
) -> None:
    ended = published(office, 1, 2)
    published(office, 1)
    office.call(
        "POST", f"/published-documents/{office.documents_of(1)[0]['id']}/withdrawal", json=REASON
    )
    office.withdraw(ended, WHY, is_reason_shown=True)
    [newest] = office.listed(2)
    assert (newest["withdrawal_reason"], bool(newest["withdrawn_at"])) == (WHY, True), (
        "it stays as a line"
    )
    assert None in {item["withdrawal_reason"] for item in office.listed(1)}, (
        "whose reason is not meant for them"
    )
    announced = [
        (event["act"], event["reason"], set(event["candidatures"])) for event in office.announced()
    ]
    first = candidature(1)
    second = candidature(2)
    assert announced == [
        ("published", None, {first}),
        ("published", None, {second}),
        ("replaced", None, {first}),
        ("withdrawn", None, {first}),
        ("withdrawn", WHY, {first, second}),
    ]


def test_no_confirmation_is_withdrawn(office: ExamOffice) -> None:
    office.service.create_documents(1, candidature(1))
    confirmation = next(item for item in office.documents_of(1) if item["type"] == "confirmation")
    for document in (confirmation["id"], some_id(), "x"):
        answer = office.call("POST", f"/published-documents/{document}/withdrawal", json=REASON)
        assert answer.status_code == 404
    assert len(office.documents_of(1)) == len(AUTOMATIC_TYPES)


def test_an_import_withdrawn_while_it_is_published_publishes_nothing_more(
    office: ExamOffice,
) -> None:
    checked = office.checked(csv_of([line(1), line(2)]))
    office.publish(checked)
    office.withdraw(checked, WHY)
    office.work()
    assert office.documents_of(1) == office.documents_of(2) == []
    assert office.publish(checked).status_code == 409


def test_what_is_given_up_is_not_published_and_takes_no_file(office: ExamOffice) -> None:
    checked = office.checked(csv_of([line(1)]))
    assert (
        office.call("POST", f"/imports/{checked['id']}/withdrawal", json=REASON).status_code == 409
    )
    for _ in range(2):
        assert (
            office.call("POST", f"/imports/{checked['id']}/abandonment").get_json()["state"]
            == "abandoned"
        )
    assert office.publish(checked).status_code == 409
    assert office.send(checked["id"], csv_of([line(1)])).status_code == 409
    office.work()
    assert office.documents_of(1) == []


def test_an_import_that_cannot_be_is_refused(office: ExamOffice) -> None:
    wrongs: list[dict[str, Any]] = [
        {"type": "confirmation"},
        {"type": "relance_pieces"},
        {"source": "xml"},
    ]
    wrongs += [
        {"session": ""},
        {"title": "x" * (MAX_TITLE_LENGTH + 1)},
        {"source": "pdf", "paragraphs": []},
    ]
    for wrong in wrongs:
        assert office.call("POST", "/imports", json={**NEW, **wrong}).status_code == 422, wrong


def test_the_list_has_pages(office: ExamOffice) -> None:
    ids = [office.create() for _ in range(4)]
    listed: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = office.call("GET", "/imports", query_string=query).get_json()
        assert len(page["items"]) == 2
        listed = listed + [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert listed == ids[::-1]
    moments = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-14:00", "2021-10-04T12:00", "x")
    for cursor in ("x", *(encode_cursor([moment, "0" * 32]) for moment in moments)):
        assert office.call("GET", "/imports", query_string={"cursor": cursor}).status_code == 422, (
            cursor
        )


def test_of_candidates_of_other_académies_not_even_their_existence_is_told(
    office: ExamOffice,
) -> None:
    """Whoever sends all numbers there may be learns nothing of those of others; who publishes there
    too, does."""
    elsewhere = replace(saved().academie, code="20", label="ACADÉMIE D'AMIENS")
    office.register(2, academie=elsewhere)
    office.register(
        3, academie=elsewhere, session=replace(saved().session, name="2021", label="BTS 2021")
    )
    sent = csv_of([line(number) for number in (1, 2, 3, 4)])
    for publisher, told in ((office, 1), (ExamOffice(office.service, academies=["03", "20"]), 3)):
        import_id = publisher.checked(sent)["id"]
        reasons = [reason for _, reason in publisher.refusals(import_id)]
        assert len(set(reasons)) == told, reasons
        assert "inconnu dans vos académies" in reasons[-1]
    import_id = office.create(source="pdf")
    office.send_pdfs(import_id, zip_of({f"{numero(number)}.pdf": pdf_of() for number in (2, 4)}))
    assert len({reason for _, reason in office.refusals(import_id)}) == 1


def order(office: ExamOffice, key: str, **given: Any) -> TestResponse:
    return office.call("POST", "/imports", json={**NEW, **given}, headers={"Idempotency-Key": key})


def test_an_import_ordered_again_under_its_key_is_the_first_one_as_it_now_is(
    office: ExamOffice,
) -> None:
    first = order(office, "a", title="").get_json()
    assert first["title"] == "Convocation(s) aux épreuves", "the type's, where none is given"
    office.send(first["id"], csv_of([line(1)]))
    again = order(office, "a", title="")
    assert (again.status_code, again.get_json()["id"], again.get_json()["ready"]) == (
        201,
        first["id"],
        1,
    )
    assert len(office.call("GET", "/imports").get_json()["items"]) == 1
    assert [action for action, _ in office.audited()] == ["import.created", "import.checked"]


def test_a_key_used_for_another_import_is_refused(office: ExamOffice) -> None:
    order(office, "a")
    others: tuple[dict[str, Any], ...] = (
        {"title": "Autre"},
        {"type": "releve_notes"},
        {"paragraphs": []},
    )
    for other in others:
        refused = order(office, "a", **other)
        assert (refused.status_code, refused.get_json()["type"]) == (
            409,
            "/problems/cle-deja-utilisee",
        ), other
    assert order(office, "x" * (MAX_ORDER_KEY_LENGTH + 1)).status_code == 422
    colleague = ExamOffice(office.service, staff_id="staff-2")
    assert (
        len(
            {
                order(*who).get_json()["id"]
                for who in ((office, "a"), (office, "b"), (colleague, "a"))
            }
        )
        == 3
    )
    publication = {
        "type": "convocation",
        "title": "T",
        "paragraphs": ["P"],
        "candidatures": [candidature(1)],
    }
    published = office.call(
        "POST", "/publications", json=publication, headers={"Idempotency-Key": "a"}
    )
    assert published.get_json()["id"] != order(office, "a").get_json()["id"], "two orders"


ON_BOTH_ENGINES = pytest.mark.engines("sqlite", "postgresql")
REFUSED = "21 mai;14:00;4 h;Lycée;B 2"


def _erase(office: ExamOffice, *numbers: int) -> None:
    """Heard twice, as events may be."""
    erased = tuple(
        ErasedCandidature(candidature(number), candidature(number)) for number in numbers
    )
    for _ in range(2):
        office.service.receive(DataErased(OF_A_SESSION, erased))


def _holding(office: ExamOffice, value: str) -> set[str]:
    return tables_that_hold(office.service.app, value) - {"withdrawals", "tasks", "outbox"}


@ON_BOTH_ENGINES
def test_what_was_published_refused_and_sent_goes_with_its_candidature(office: ExamOffice) -> None:
    new = office.create(source="pdf", type="convocation")
    pdfs = {f"{numero(number)}.pdf": pdf_of(str(number)) for number in (1, 2, 3)}
    office.published_of(office.send_pdfs(new, zip_of(pdfs)))
    lines = [line(1), line(2), f"{numero(1)};E1;{REFUSED}", f"{numero(9)};E1;{REFUSED}"]
    office.published(csv_of(lines))
    held = _holding(office, numero(1)) | _holding(office, candidature(1))
    assert {"documents", "import_documents", "import_refusals"} <= held

    _erase(office, 1)
    assert _holding(office, numero(1)) == set()
    assert _holding(office, candidature(1)) <= {
        "retired_objects",
        "audit_entries",
        "audit_keys",
        "audit_digests",
    }
    assert "import_refusals" in _holding(office, numero(9)), "of somebody whom nobody knows"
    assert len(office.documents_of(2)) == 2
    with office.service.app.app_context():
        erase_expired(db, office.service.dependencies.store)
    keys = " ".join(office.service.keys())
    assert (candidature(1) in keys, candidature(2) in keys) == (False, True)

    _erase(office, 2)
    assert _holding(office, numero(9)) == set(), "with the last candidature of its session"


@ON_BOTH_ENGINES
def test_nothing_that_arrives_late_brings_it_back(service: Service) -> None:
    office = ExamOffice(service)
    _erase(office, 1)
    office.register(1, version=9)
    assert _holding(office, numero(1)) == set()
    assert not stored(
        service.app, select(tasks.c.event_id).where(tasks.c.envelope.contains("registration_saved"))
    )


@ON_BOTH_ENGINES
def test_a_version_after_what_was_erased_is_taken_again(office: ExamOffice) -> None:
    """The session was opened again: its documents alone were erased, with the first version."""
    first = ErasedCandidature(candidature(1), candidature(1), version=1)
    office.service.receive(DataErased((DOCUMENTS,), (first,)))
    assert _holding(office, numero(1)) == set()
    office.register(1)
    assert "candidatures" in _holding(office, numero(1))
