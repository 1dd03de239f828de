"""Documents: made after a save, ordered by a gestionnaire, made for one candidature."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from werkzeug.test import TestResponse

from services.contracts.registrations import DatesMoved, RegistrationValidated
from services.documents.follow_ups import registry
from services.documents.operations.reconciliation import reconciliation
from tests.documents.example_events import CANDIDATURE, reminded, sample, saved
from tests.documents.imports.exam_office import ExamOffice, pdf_of
from tests.documents.service import Service
from tests.faults.operation import (
    NOTED,
    TAKEN,
    DoneByTheWorker,
    Heard,
    Operation,
    RunningService,
    State,
)
from tests.support.object_store import Bucket
from tests.support.tokens import bearer, staff_token

UPLOADED = b"%PDF-1.4 what an academie made\n%%EOF"
ORDER = {
    "type": "convocation",
    "title": "Convocation aux épreuves écrites",
    "paragraphs": ["Vous êtes convoqué le 12 mai 2022."],
    "candidatures": [CANDIDATURE],
    "pdf": base64.b64encode(UPLOADED).decode(),
}
AUTOMATIC = [("confirmation", 1), ("demande_pieces", 1)]


class Documents(RunningService):
    name = "documents"
    needs = ("bucket",)
    registry = registry
    reconciliation = staticmethod(reconciliation)

    def __init__(self, database_url: str, folder: Path, bucket: Bucket) -> None:
        nobody = "http://127.0.0.1:9"
        self.portal = Service(database_url, bucket.url, nobody)
        self.app = self.portal.app
        self.store = self.portal.dependencies.store


class _DocumentOperation(Operation[Documents]):
    service = Documents

    def state(self) -> State:
        service = self.running.portal
        answer = service.get(f"/candidatures/{CANDIDATURE}/documents")
        shown = answer.get_json()["documents"] if answer.status_code == 200 else []
        files = [service.get(f"/documents/{document['id']}/file") for document in shown]
        return {
            "documents": sorted(
                ((document["type"], document["version"]) for document in shown), key=str
            ),
            "they open": [answer.status_code for answer in files],
            "the PDF is as it was made": [
                len(answer.data) == document["size"] and answer.data.startswith(b"%PDF")
                for document, answer in zip(shown, files, strict=True)
            ],
            "as uploaded": sum(answer.data == UPLOADED for answer in files),
        }


def _with(documents: Sequence[tuple[str, int | None]], uploaded: int = 0) -> State:
    many = len(documents)
    return {
        "documents": sorted(documents, key=str),
        "they open": [200] * many,
        "the PDF is as it was made": [True] * many,
        "as uploaded": uploaded,
    }


class HearSave(Heard, _DocumentOperation):
    done: ClassVar[State] = _with(AUTOMATIC)
    heard = saved()

    def prepare(self) -> None:
        """A candidature that is new here."""


class MakeDocuments(DoneByTheWorker, HearSave):
    commits = (TAKEN, "the demande", "the confirmation", NOTED)
    objects = 2


class _LaterOperation(_DocumentOperation):
    """Once the documents of the candidature are made."""

    def prepare(self) -> None:
        self.running.portal.receive_and_create_documents(saved())
        self.running.work()


class HearMovedDates(Heard, _LaterOperation):
    objects = 4
    done: ClassVar[State] = _with([*AUTOMATIC, *AUTOMATIC])
    heard = sample(DatesMoved)


class HearValidation(Heard, _LaterOperation):
    objects = 2
    done: ClassVar[State] = _with([*AUTOMATIC, ("confirmation", 1)])
    heard = sample(RegistrationValidated)


class OrderDocument(_LaterOperation):
    objects = 1
    done: ClassVar[State] = _with([*AUTOMATIC, ("convocation", None)], uploaded=1)

    def do(self) -> int:
        token = staff_token("gestionnaire-1", scopes=["documents:publish"], academies=["03"])
        headers = {**bearer(token), "Idempotency-Key": "the same when it is given again"}
        return self.running.portal.web.post(
            "/v1/publications", json=ORDER, headers=headers
        ).status_code


class MakeOrderedDocument(DoneByTheWorker, OrderDocument):
    commits = (TAKEN, "the document", NOTED)
    objects = 2


class _ImportOperation(_LaterOperation):
    """Of an exam office with an import for the guide's candidate."""

    import_id: str

    def prepare(self) -> None:
        super().prepare()
        self.office = ExamOffice(self.running.portal)
        self.import_id = self.office.create(type="convocation", source="pdf", session="BTS 2022")

    def upload(self) -> TestResponse:
        return self.office.upload(self.import_id, pdf_of(), f"{saved().numero_candidat}.pdf")

    def state(self) -> State:
        row = self.office.read(self.import_id)
        return {
            **super().state(),
            "import": (row["state"], row["ready"], row["refused"], row["published"]),
        }


class SendPdf(_ImportOperation):
    """The worker checks it once it is taken."""

    objects = 1
    done: ClassVar[State] = {**_with(AUTOMATIC), "import": ("checked", 1, 0, 0)}

    def prepare(self) -> None:
        super().prepare()
        self.begun = self.upload()

    def do(self) -> int:
        return self.office.take(self.import_id, self.begun).status_code


class CheckSending(DoneByTheWorker, SendPdf):
    commits = (TAKEN, "the document, and that it waits no more", NOTED)


class _SentOperation(_ImportOperation):
    """A PDF is sent and checked."""

    def prepare(self) -> None:
        super().prepare()
        assert self.office.take(self.import_id, self.upload()).status_code == 202
        self.running.work()


class AbandonImport(_SentOperation):
    done: ClassVar[State] = {**_with(AUTOMATIC), "import": ("abandoned", 1, 0, 0)}

    def do(self) -> int:
        return self.office.call("POST", f"/imports/{self.import_id}/abandonment").status_code


class PublishImport(_SentOperation):
    """The worker makes its document once it is asked for."""

    done: ClassVar[State] = {
        **_with([*AUTOMATIC, ("convocation", None)]),
        "import": ("published", 1, 0, 1),
    }

    def do(self) -> int:
        return self.office.publish(self.office.read(self.import_id)).status_code


class MakeImportedDocument(DoneByTheWorker, PublishImport):
    commits = (TAKEN, "the document", NOTED)
    objects = 2


class HearReminder(Heard, _LaterOperation):
    done: ClassVar[State] = _with([*AUTOMATIC, ("relance_pieces", None)])
    heard = reminded()


class MakeReminder(DoneByTheWorker, HearReminder):
    commits = (TAKEN, "the document", NOTED)
    objects = 2
