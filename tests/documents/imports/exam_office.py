"""An exam office with its candidates: sends files to documents, as pages and tools do, and lets the
worker publish."""

import functools
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.chassis.tasks.registry import Channel
from services.contracts.documents import DocumentsAnnounced
from services.contracts.registrations import RegistrationWithdrawn
from services.documents.follow_ups import PUBLICATIONS, SENDINGS, registry
from services.documents.models import AuditEntry
from services.documents.operations import import_files
from tests.documents.example_events import saved
from tests.documents.service import Service
from tests.pieces.corpus.pdfs import chained_index
from tests.pieces.tus_client import send_upload, take_upload
from tests.support.service_worker import published, runner_of, stored
from tests.support.tokens import bearer, staff_token

SCOPE = "documents:publish"
HEADINGS = {
    "convocation": "N° candidat;Epreuve;Date;Heure;Durée;Lieu;Salle",
    "releve_notes": "N° candidat;Epreuve;Note;Coefficient;Résultat",
    "amenagements": "N° candidat;Mesure;Epreuves concernées",
}
CELLS = {
    "convocation": "E1 - Culture générale;12/05/2022;14:00;4 h;Lycée Pergaud, BESANCON;B 204",
    "releve_notes": "E1 - Culture générale;12,5;3;Admis",
    "amenagements": "Temps majoré d'un tiers;Epreuves écrites",
}
NEW: dict[str, Any] = {
    "type": "convocation",
    "source": "csv",
    "academie": "03",
    "session": "BTS 2022",
    "exam": "BREVET DE TECHNICIEN SUPERIEUR",
    "title": "Convocation aux épreuves",
    "paragraphs": ["Présentez-vous muni d'une pièce d'identité."],
}


def numero(number: int) -> str:
    return f"021{number:08d}"


def candidature(number: int) -> str:
    return f"{number:032x}"


def line(number: int, cells: str = CELLS["convocation"]) -> str:
    return f"{numero(number)};{cells}"


def csv_of(lines: Iterable[str], type: str = "convocation") -> bytes:
    return "\r\n".join([HEADINGS[type], *lines]).encode()


def pdf_of(text: str = "Convocation") -> bytes:
    out = io.BytesIO()
    paper = Canvas(out, invariant=1)  # the same bytes each time
    paper.drawString(80, 700, text)
    paper.save()
    return out.getvalue()


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@functools.cache
def slow_pdf() -> bytes:
    """Of about 30 KB, on which its reader works for seconds."""
    return chained_index(40, 50_000)


def zip_of(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@contextmanager
def meanwhile(
    name: str, happens: Callable[[], object], *, after: int = 0, of: Any = import_files
) -> Iterator[None]:
    """Something happens before that step of a check, once, when it was taken so many times."""
    step = getattr(of, name)
    taken = iter(range(after))

    def interrupted(*given: Any) -> Any:
        if next(taken, None) is None:
            patched.undo()
            happens()
        return step(*given)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(of, name, interrupted)
        yield


class ExamOffice:
    """Of Besançon, unless `academies` says otherwise. `service` is documents, with candidates of
    numbers 1, 2 …"""

    def __init__(
        self,
        service: Service,
        *,
        academies: Collection[str] | None = ("03",),
        staff_id: str = "staff-1",
    ):
        self.service = service
        self.headers = bearer(staff_token(staff_id, scopes=[SCOPE], academies=academies))
        self._versions = Counter[int]()

    def register(self, *numbers: int, **given: Any) -> None:
        """Candidatures of these numbers, saved, or modified, as the guide's is, but for what is
        `given`."""
        for number in numbers:
            self._versions[number] += 1
            own = {"candidature_id": candidature(number), "candidate_id": candidature(number)}
            event = saved(version=self._versions[number], **own)
            self.service.receive(replace(event, numero_candidat=numero(number), **given))

    def end(self, number: int, *, ecartee: bool = False) -> None:
        """The candidature of this number is withdrawn, or set aside."""
        id = candidature(number)
        at = "2021-10-05T08:00:00+00:00"
        self.service.receive(
            RegistrationWithdrawn(id, id, self._versions[number], at, ecartee=ecartee)
        )

    def call(self, method: str, path: str, **given: Any) -> TestResponse:
        headers = {**self.headers, **given.pop("headers", {})}
        return self.service.web.open(f"/v1{path}", method=method, headers=headers, **given)

    def create(self, **given: Any) -> str:
        """The id of a new import."""
        answer = self.call("POST", "/imports", json={**NEW, **given})
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["id"])

    def send(self, import_id: str, content: bytes, filename: str = "fichier.csv") -> TestResponse:
        """The first answer that refuses, else the last one."""
        begun = self.upload(import_id, content, filename)
        return begun if begun.status_code != 201 else self.take(import_id, begun)

    def upload(self, import_id: str, content: bytes, filename: str = "fichier.csv") -> TestResponse:
        return send_upload(self.call, f"/imports/{import_id}/uploads", content, filename)

    def take(self, import_id: str, begun: TestResponse) -> TestResponse:
        return take_upload(self.call, f"/imports/{import_id}/files", begun)

    def send_pdfs(
        self, import_id: str, content: bytes, filename: str = "lot.zip"
    ) -> dict[str, Any]:
        """The import once the worker has checked what was taken."""
        answer = self.send(import_id, content, filename)
        assert (answer.status_code, answer.get_json()["state_label"]) == (
            202,
            "Contrôle en cours",
        ), answer.text
        self.work()
        return self.read(import_id)

    def checked(self, content: bytes, **given: Any) -> dict[str, Any]:
        """A new import whose file is checked."""
        answer = self.send(self.create(**given), content)
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def read(self, import_id: str) -> dict[str, Any]:
        return dict(self.call("GET", f"/imports/{import_id}").get_json())

    def ready(self, *imports: str) -> list[int]:
        """How many documents each of these has to publish."""
        return [self.read(import_id)["ready"] for import_id in imports]

    def refusals(self, import_id: str) -> list[tuple[str, str]]:
        """(line or file, reason) of each refusal."""
        page = self.call("GET", f"/imports/{import_id}/refusals").get_json()
        assert page["next_cursor"] is None
        return [(item["place"], item["reason"]) for item in page["items"]]

    def items(self, checked: dict[str, Any]) -> list[dict[str, Any]]:
        """The documents that an import makes."""
        return list(self.call("GET", f"/imports/{checked['id']}/documents").get_json()["items"])

    def withdraw(self, published: dict[str, Any], reason: str, **given: Any) -> dict[str, Any]:
        """The import once all its documents are withdrawn."""
        answer = self.call(
            "POST", f"/imports/{published['id']}/withdrawal", json={"reason": reason, **given}
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def publish(self, checked: dict[str, Any], *, accept_incomplete: bool = True) -> TestResponse:
        body = {"revision": checked["revision"], "accept_incomplete": accept_incomplete}
        return self.call("POST", f"/imports/{checked['id']}/publication", json=body)

    def published_of(self, checked: dict[str, Any]) -> dict[str, Any]:
        """The import once all that is right in its files is published."""
        assert self.publish(checked).status_code == 202
        self.work()
        return self.read(checked["id"])

    def work(self) -> None:
        """The worker checks the PDFs that wait, and publishes what waits to be."""
        while self.work_once(SENDINGS) or self.work_once(PUBLICATIONS):
            pass

    def work_once(self, channel: Channel) -> bool:
        with self.service.app.app_context():
            return runner_of(self.service.app, registry).run_once(channel)

    def published(self, content: bytes, **given: Any) -> dict[str, Any]:
        """The same of a new import."""
        return self.published_of(self.checked(content, **given))

    def documents_of(self, number: int) -> list[dict[str, Any]]:
        """What the candidate can open in « Mes documents »."""
        return [document for document in self.listed(number) if not document["withdrawn_at"]]

    def listed(self, number: int) -> list[dict[str, Any]]:
        """The same with what was withdrawn."""
        answer = self.service.get(
            f"/candidatures/{candidature(number)}/documents", candidature(number)
        )
        assert answer.status_code == 200, answer.text
        return list(answer.get_json()["documents"])

    def to_read(self, number: int) -> list[str]:
        """The types of what the candidate has not opened yet."""
        answer = self.service.get("/documents/to-read", candidature(number))
        return [document["type"] for document in answer.get_json()["documents"]]

    def file_of(self, number: int, document: dict[str, Any]) -> bytes:
        return self.service.get(f"/documents/{document['id']}/file", candidature(number)).data

    def texts_of(self, number: int, document: dict[str, Any]) -> tuple[str, str]:
        return self.service.texts_of(document, candidature(number))

    def audited(self) -> list[tuple[str, str]]:
        """(action, subject) of the audit trail, in its order."""
        entries = stored(self.service.app, select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.action, entry.subject) for entry in entries]

    def announced(self) -> list[dict[str, Any]]:
        """What registrations is told of documents, the oldest first."""
        return [
            envelope["data"] for envelope in published(self.service.app, DocumentsAnnounced.TYPE)
        ]
