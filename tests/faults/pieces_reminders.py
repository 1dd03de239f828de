"""Controls and what candidates are told of their pieces: reminders by the ladder and by hand, mails on refusals."""

from datetime import timedelta
from typing import ClassVar

from sqlalchemy import select, update

from services.chassis.clock import portal_now
from services.chassis.tasks.tables import tasks
from services.pieces.models import Control, db
from services.pieces.operations.controls import DELAY_SECONDS
from services.pieces.operations.reminders import REMIND_LIST
from tests.documents.example_events import CANDIDATURE
from tests.faults.operation import DONE_BEFORE, NOTED, TAKEN, DoneByAJob, DoneByTheWorker, State
from tests.faults.pieces import PIECE, PieceOperation
from tests.pieces.ladder import SEVEN_DAYS, with_ladder
from tests.support.service_worker import stored


class _ReminderOperation(PieceOperation):
    """In a session with a ladder, whose candidates are told of refusals."""

    def prepare(self) -> None:
        with_ladder(self.running.portal.registered(), refusal_mails=True)

    def state(self) -> State:
        told = [name for (name,) in self.running.published_events() if name != "state_changed"]
        return {"told": told, "the trail": self.running.portal.audit_trail()}


def _told(name: str, *trail: tuple[str, str]) -> State:
    return {"told": [name], "the trail": list(trail)}


class RemindByLadder(DoneByAJob, _ReminderOperation):
    name = "remind by the ladder"
    job = "remind"
    commits = ("the reminders", "the round is finished", "the round of refused pieces is finished")
    done: ClassVar[State] = _told("pieces_reminded", ("service", "candidature.reminded"))

    def prepare(self) -> None:
        super().prepare()
        self.running.portal.move_to(SEVEN_DAYS)


class RemindByHand(_ReminderOperation):
    name = "remind by hand"
    done: ClassVar[State] = _told("pieces_reminded", ("staff", "candidature.reminded"))

    def do(self) -> int:
        return self.running.portal.staff("POST", "/reminders", json={"candidatures": [CANDIDATURE]}).status_code


class RemindWholeList(_ReminderOperation):
    """Repeated, the pages find nobody left to be reminded."""

    name = "remind a whole list"
    done: ClassVar[State] = {"to be reminded": True}

    def do(self) -> int:
        return self.running.portal.staff("POST", "/reminders/whole-list", json={}).status_code

    def state(self) -> State:
        return {**super().state(), "to be reminded": REMIND_LIST in stored(self.running.app, select(tasks.c.handler))}


class RemindPage(DoneByTheWorker, RemindWholeList):
    name = "remind a page of a list"
    commits = (TAKEN, "the reminders", NOTED)
    done: ClassVar[State] = _told("pieces_reminded", ("staff", "candidature.reminded"))


class ControlPiece(_ReminderOperation):
    """Pressed again it is answered as the first time: the same control of the same file by the same gestionnaire."""

    name = "control a piece"
    done: ClassVar[State] = {"its status": "non_compliant"}

    def prepare(self) -> None:
        super().prepare()
        self.etag = self.running.portal.piece_for_staff(PIECE)["etag"]

    def do(self) -> int:
        return self.running.portal.control(PIECE, "non_compliant", etag=self.etag).status_code

    def state(self) -> State:
        return {"its status": self.running.portal.piece_for_staff(PIECE)["status"]}


class TakeBackControl(ControlPiece):
    name = "take a control back"
    done: ClassVar[State] = {"its status": None}

    def prepare(self) -> None:
        super().prepare()
        assert self.running.portal.control(PIECE, "compliant", etag=self.etag).status_code == 200
        self.etag = self.running.portal.piece_for_staff(PIECE)["etag"]

    def do(self) -> int:
        return self.running.portal.take_back(PIECE, etag=self.etag).status_code


class AnnounceRefusals(_ReminderOperation):
    name = "tell of a refusal"
    commits = (TAKEN, "the notice", NOTED)
    decided_by = DONE_BEFORE
    done: ClassVar[State] = {"told": ["pieces_refused"]}

    def prepare(self) -> None:
        super().prepare()
        assert self.running.portal.control(PIECE, "non_compliant").status_code == 200
        with self.running.app.app_context(), db.operation() as session:
            session.execute(update(tasks).values(available_at=tasks.c.created_at))
            session.execute(update(Control).values(controlled_at=portal_now() - timedelta(seconds=DELAY_SECONDS)))

    def do(self) -> None:
        self.running.work_once()
