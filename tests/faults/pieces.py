"""Files of candidates, controls, and what candidates are told of their pieces by the ladder, by
hand, on refusals."""

from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from sqlalchemy import select, update

from services.chassis.tasks.tables import tasks
from services.clock import portal_now
from services.objects import ObjectMissing
from services.pieces.dependencies import dependencies
from services.pieces.follow_ups import registry
from services.pieces.models import Control, Deposit, Upload, Validation, db
from services.pieces.operations.controls import DELAY_SECONDS
from services.pieces.operations.reminders_by_hand import REMIND_LIST
from services.pieces.operations.restoration import reconciliation
from tests.documents.example_events import CANDIDATURE
from tests.faults.operation import (
    COUNTED,
    DONE_BEFORE,
    NOTED,
    TAKEN,
    DoneByAJob,
    DoneByTheWorker,
    Operation,
    RunningService,
    State,
)
from tests.pieces import sample_files, tus_client
from tests.pieces.pieces_service import SEVEN_DAYS, STAFF, PiecesService
from tests.support.object_store import Bucket
from tests.support.service_worker import stored

PIECE = "NATIDE06"
GROUP = "NATIONALITE"
FIRST = sample_files.pdf()
SECOND = sample_files.pdf(pages=2)
COUNTED_FIRST = (COUNTED, "the file is kept")


class Pieces(RunningService):
    name = "pieces"
    needs = ("bucket",)
    registry = registry
    reconciliation = staticmethod(reconciliation)

    def __init__(self, database_url: str, folder: Path, bucket: Bucket) -> None:
        self.portal = PiecesService(database_url, bucket.url)
        self.app = self.portal.app
        with self.app.app_context():
            self.store = dependencies().store

    def removed(self) -> list[bytes | None]:
        """The bytes of each file that is no longer current, None where they are gone."""
        return [self._bytes(row) for row in self.portal.deposits() if row.removed_at is not None]

    def _bytes(self, row: Deposit) -> bytes | None:
        assert self.store
        try:
            return self.store.read(row.object_key)
        except ObjectMissing:
            return None


class _PieceOperation(Operation[Pieces]):
    service = Pieces

    def prepare(self) -> None:
        self.running.portal.registered()

    def state(self) -> State:
        portal = self.running.portal
        opened = portal.download(PIECE)
        deposit = portal.piece(PIECE)["deposit"]
        return {
            "the file opens": opened.data if opened.status_code == 200 else opened.status_code,
            "its name": deposit and deposit["filename"],
            "current files": sum(row.removed_at is None for row in portal.deposits()),
            "handed over": bool(deposit and deposit["validated_at"]),
        }


def _with(content: bytes, name: str) -> State:
    return {"the file opens": content, "its name": name, "current files": 1, "handed over": False}


class _WithFile(_PieceOperation):
    """A file is there; one that is no longer current is kept for a while, though nobody is shown
    it."""

    def prepare(self) -> None:
        super().prepare()
        self.running.portal.deposit(PIECE, FIRST, "first.pdf")

    def state(self) -> State:
        return {**super().state(), "every earlier file is kept": None not in self.running.removed()}


class ReplaceFile(_WithFile):
    commits = COUNTED_FIRST
    decided_by = 1
    objects = 1
    done: ClassVar[State] = {**_with(SECOND, "second.pdf"), "every earlier file is kept": True}

    def prepare(self) -> None:
        super().prepare()
        self.upload_id = tus_client.upload_file(self.running.portal, PIECE, SECOND, "second.pdf")

    def do(self) -> int:
        return tus_client.deposit_uploads(self.running.portal, PIECE, self.upload_id).status_code


class TakeFileBack(_WithFile):
    repeated = (403,)  # there is no file
    done: ClassVar[State] = {
        "the file opens": 404,
        "its name": None,
        "current files": 0,
        "handed over": False,
        "every earlier file is kept": True,
    }

    def do(self) -> int:
        return self.running.portal.delete(PIECE).status_code


class _UploadOperation(_PieceOperation):
    """What came of uploads is asked for too."""

    def state(self) -> State:
        known = getattr(self, "upload_ids", ())
        return {
            **super().state(),
            "bytes that came": [
                tus_client.read_offset(self.running.portal, upload) for upload in known
            ],
        }


class BeginUpload(_PieceOperation):
    """Begun again it is another one; the first gives way in time."""

    done: ClassVar[State] = {"the file opens": 404, "uploads on their way": True}

    def do(self) -> int:
        return tus_client.announce(self.running.portal, PIECE, len(FIRST)).status_code

    def state(self) -> State:
        return {
            **super().state(),
            "uploads on their way": bool(stored(self.running.app, select(Upload))),
        }


class GoOnWithUpload(_UploadOperation):
    """Who does not know whether a part arrived asks where to go on."""

    done: ClassVar[State] = {"the file opens": 404, "bytes that came": [100]}

    def prepare(self) -> None:
        super().prepare()
        self.upload_ids = [tus_client.begin_upload(self.running.portal, PIECE, len(FIRST))]

    def do(self) -> int:
        return tus_client.send_part(
            self.running.portal, self.upload_ids[0], 0, FIRST[:100]
        ).status_code

    def retry(self) -> int:
        tus_client.send_rest(self.running.portal, self.upload_ids[0], FIRST, until=100)
        return 204


class CancelUpload(_PieceOperation):
    repeated = (404,)
    done: ClassVar[State] = {"the file opens": 404, "it can go on": False}

    def prepare(self) -> None:
        super().prepare()
        self.upload_id = tus_client.upload_file(self.running.portal, PIECE, FIRST)

    def do(self) -> int:
        path = f"/uploads/{self.upload_id}"
        return self.running.portal.call("DELETE", path, headers=tus_client.VERSION).status_code

    def state(self) -> State:
        answer = tus_client.upload_state(self.running.portal, self.upload_id)
        return {**super().state(), "it can go on": answer.status_code == 200}


class DepositUpload(_UploadOperation):
    commits = COUNTED_FIRST
    decided_by = 1
    objects = 1
    files: tuple[tuple[str, bytes], ...] = (("first.pdf", FIRST),)
    done: ClassVar[State] = {
        **_with(FIRST, "first.pdf"),
        "deposits": 1,
        "bytes that came": [len(FIRST)],
    }

    def prepare(self) -> None:
        super().prepare()
        portal = self.running.portal
        self.upload_ids = [
            tus_client.upload_file(portal, PIECE, content, name) for name, content in self.files
        ]

    def do(self) -> int:
        return tus_client.deposit_uploads(self.running.portal, PIECE, *self.upload_ids).status_code

    def state(self) -> State:
        deposit = self.running.portal.piece(PIECE)["deposit"]
        made_of = {
            "deposits": len(self.running.portal.deposits()),
            "pages": deposit and deposit["pages"],
        }
        return {**super().state(), **made_of}


class DepositPages(DepositUpload):
    files = (("recto.pdf", FIRST), ("verso.pdf", SECOND))
    done: ClassVar[State] = {"its name": "recto.pdf", "current files": 1, "deposits": 1, "pages": 3}


class RestoreFile(_WithFile):
    done: ClassVar[State] = {**_with(FIRST, "first.pdf"), "every earlier file is kept": True}

    def prepare(self) -> None:
        super().prepare()
        self.running.portal.deposit(PIECE, SECOND, "second.pdf")

    def do(self) -> None:
        first = self.running.portal.deposits()[0].id
        asked = ("--academie", "03", "--by", STAFF, "--reason", "demandé par le candidat")
        self.running.portal.run_command("restore-deposit", first, *asked)


class HandGroupOver(_WithFile):
    done: ClassVar[State] = {**_with(FIRST, "first.pdf"), "handed over": True, "validations": 1}

    def do(self) -> int:
        return self.running.portal.validate(GROUP).status_code

    def state(self) -> State:
        return {**super().state(), "validations": len(stored(self.running.app, select(Validation)))}


class _ReminderOperation(_PieceOperation):
    """In a session with a ladder, whose candidates are told of refusals."""

    def prepare(self) -> None:
        self.running.portal.registered().with_ladder(refusal_mails=True)

    def state(self) -> State:
        told = [name for (name,) in self.running.published_events() if name != "state_changed"]
        return {"told": told, "the trail": self.running.portal.audit_trail()}


def _told(name: str, *trail: tuple[str, str]) -> State:
    return {"told": [name], "the trail": list(trail)}


class RemindByLadder(DoneByAJob, _ReminderOperation):
    job = "remind"
    commits = ("the reminders", "the round is finished", "the round of refused pieces is finished")
    done: ClassVar[State] = _told("pieces_reminded", ("service", "candidature.reminded"))

    def prepare(self) -> None:
        super().prepare()
        self.running.portal.move_to(SEVEN_DAYS)


class RemindByHand(_ReminderOperation):
    done: ClassVar[State] = _told("pieces_reminded", ("staff", "candidature.reminded"))

    def do(self) -> int:
        return self.running.portal.staff(
            "POST", "/reminders", json={"candidatures": [CANDIDATURE]}
        ).status_code


class RemindWholeList(_ReminderOperation):
    """Repeated, the pages find nobody left to be reminded."""

    done: ClassVar[State] = {"to be reminded": True}

    def do(self) -> int:
        return self.running.portal.staff("POST", "/reminders/whole-list", json={}).status_code

    def state(self) -> State:
        return {
            **super().state(),
            "to be reminded": REMIND_LIST in stored(self.running.app, select(tasks.c.handler)),
        }


class RemindPage(DoneByTheWorker, RemindWholeList):
    commits = (TAKEN, "the reminders", NOTED)
    done: ClassVar[State] = _told("pieces_reminded", ("staff", "candidature.reminded"))


class ControlPiece(_ReminderOperation):
    """Pressed again it is answered as the first time: the same control of the same file by the same
    gestionnaire."""

    done: ClassVar[State] = {"its status": "non_compliant"}

    def prepare(self) -> None:
        super().prepare()
        self.etag = self.running.portal.piece_for_staff(PIECE)["etag"]

    def do(self) -> int:
        return self.running.portal.control(PIECE, "non_compliant", etag=self.etag).status_code

    def state(self) -> State:
        return {"its status": self.running.portal.piece_for_staff(PIECE)["status"]}


class TakeBackControl(ControlPiece):
    done: ClassVar[State] = {"its status": None}

    def prepare(self) -> None:
        super().prepare()
        assert self.running.portal.control(PIECE, "compliant", etag=self.etag).status_code == 200
        self.etag = self.running.portal.piece_for_staff(PIECE)["etag"]

    def do(self) -> int:
        return self.running.portal.take_back(PIECE, etag=self.etag).status_code


class AnnounceRefusals(_ReminderOperation):
    commits = (TAKEN, "the notice", NOTED)
    decided_by = DONE_BEFORE
    done: ClassVar[State] = {"told": ["pieces_refused"]}

    def prepare(self) -> None:
        super().prepare()
        assert self.running.portal.control(PIECE, "non_compliant").status_code == 200
        with self.running.app.app_context(), db.operation() as transaction:
            transaction.execute(update(tasks).values(available_at=tasks.c.created_at))
            transaction.execute(
                update(Control).values(
                    controlled_at=portal_now() - timedelta(seconds=DELAY_SECONDS)
                )
            )

    def do(self) -> None:
        self.running.work_once()
