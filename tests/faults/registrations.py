"""Candidatures: saved, modified, withdrawn."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import select, text

from services.clock import iso_utc
from services.contracts.accounts import Identity, IdentityCorrected
from services.contracts.base import Contract
from services.contracts.pieces import (
    IncompleteCandidature,
    PiecesRefused,
    PiecesReminded,
    PiecesStateChanged,
)
from services.contracts.reminder_rules import HOUR
from services.contracts.retention import retention
from services.contracts.session_options import ONLINE
from services.registrations.jobs import registry
from services.registrations.models import Candidature, audit_chain, db
from tests.architecture import apps
from tests.documents.example_events import MISSING
from tests.faults.operation import DoneByAJob, Heard, Operation, RunningService, State
from tests.registrations.domain.example_dossier import MOVED, at
from tests.registrations.service import candidate_client
from tests.registrations.service.candidate_client import CandidateClient, Desk
from tests.registrations.service.corrector import Corrector
from tests.registrations.service.moved_dates import INCIDENT, moves_as_read
from tests.support import smtp, tokens
from tests.support.service_worker import stored


class Registrations(RunningService):
    name = "registrations"
    registry = registry

    def __init__(self, database_url: str, folder: Path) -> None:
        self.app = apps.build("registrations", folder, database_url)
        candidate_client.move_to(candidate_client.NOW)
        self.candidate: CandidateClient = candidate_client.pierre(self.app)
        self.desk = Desk(self.app, "03", scopes=["candidatures:manage", "openings:manage"])
        self._mails = folder / "mail"

    def mails(self) -> list[str]:
        return sorted(
            smtp.parse_mail(path.read_bytes()).subject for path in self._mails.glob("*.eml")
        )

    def restoring(self) -> Callable[[], None]:
        earlier = set(self._mails.glob("*.eml"))

        def restore() -> None:
            for mail in set(self._mails.glob("*.eml")) - earlier:
                mail.unlink()

        return restore


class _CandidatureOperation(Operation[Registrations]):
    """On a saved candidature, unless it prepares something else."""

    service = Registrations

    def prepare(self) -> None:
        self.candidature = self.running.candidate.registered()

    def state(self) -> State:
        candidate = self.running.candidate
        tiles = candidate.get("/candidatures")["candidatures"]
        return {
            "candidatures": [(tile["numero_inscription"], tile["version"]) for tile in tiles],
            "they open": [
                candidate.call("GET", f"/candidatures/{tile['id']}").status_code for tile in tiles
            ],
            "drafts": len(candidate.get("/mine")["drafts"]),
            "told": [
                told
                for told in self.running.published_events("numero_candidat", "version")
                if told[0] != "window_changed"  # of the catalogue that was loaded
            ],
            "mails": self.running.mails(),
        }


NUMBER = "02103000001"
SAVED = ("registration_saved", NUMBER, 1)


def _with(version: int | None, told: list[tuple[Any, ...]], *mails: str) -> State:
    """This version of the one candidature there may be."""
    there = [("001", version)] if version else []
    subjects = [f"{mail} : BREVET DE TECHNICIEN SUPERIEUR" for mail in mails]
    return {
        "candidatures": there,
        "they open": [200] * len(there),
        "drafts": 0,
        "told": told,
        "mails": subjects,
    }


class SaveRegistration(_CandidatureOperation):
    done: ClassVar[State] = _with(1, [SAVED], "Inscription enregistrée")

    def prepare(self) -> None:
        self.draft = self.running.candidate.fill(self.running.candidate.draft())

    def do(self) -> int:
        return self.running.candidate.save(self.draft).status_code


class SaveModification(_CandidatureOperation):
    done: ClassVar[State] = _with(
        2, [SAVED, ("registration_saved", NUMBER, 2)], "Modification d'inscription"
    )

    def prepare(self) -> None:
        super().prepare()
        self.draft = self.running.candidate.moved(self.candidature)

    def do(self) -> int:
        return self.running.candidate.save(self.draft).status_code


class Withdraw(_CandidatureOperation):
    done: ClassVar[State] = _with(
        None, [SAVED, ("registration_withdrawn", None, 2)], "Désinscription"
    )

    def do(self) -> int:
        return self.running.candidate.withdraw(self.candidature).status_code


class Validate(_CandidatureOperation):
    done: ClassVar[State] = {
        **_with(1, [SAVED, ("registration_validated", None, None)], "Inscription validée"),
        "validation": ["validated"],
    }

    def prepare(self) -> None:
        candidate_client.load(self.running.app, candidate_client.guide(validation=ONLINE))
        super().prepare()
        candidate = self.running.candidate
        self.path = f"/candidatures/{self.candidature}"
        shown = candidate.get(self.path)
        proof = tokens.password_proof(candidate.id, shown["digest"])
        self.body = {"version": shown["version"], "digest": shown["digest"], "proof": proof}

    def do(self) -> int:
        return self.running.candidate.call("POST", f"{self.path}/validation", self.body).status_code

    def state(self) -> State:
        tiles = self.running.candidate.get("/candidatures")["candidatures"]
        return {**super().state(), "validation": [tile["validation"] for tile in tiles]}


class WithdrawByStaff(Withdraw):
    def do(self) -> int:
        return self.running.desk.end(self.candidature, "withdrawal").status_code


class UndoWithdrawal(Withdraw):
    done: ClassVar[State] = _with(
        3,
        [*Withdraw.done["told"], ("registration_saved", NUMBER, 3)],
        "Désinscription",
        "Désinscription annulée",
    )

    def prepare(self) -> None:
        super().prepare()
        super().do()
        self.running.work()

    def do(self) -> int:
        return self.running.candidate.undo_withdrawal(self.candidature).status_code


class RestoreByStaff(_CandidatureOperation):
    done: ClassVar[State] = _with(
        3,
        [*Withdraw.done["told"], ("registration_saved", NUMBER, 3)],
        "Candidature rétablie",
        "Candidature écartée",
    )

    def prepare(self) -> None:
        super().prepare()
        self.running.desk.end(self.candidature, "ecart")
        self.running.work()

    def do(self) -> int:
        return self.running.desk.end(self.candidature, "restoration").status_code


class CorrectByStaff(_CandidatureOperation):
    done: ClassVar[State] = SaveModification.done

    def prepare(self) -> None:
        super().prepare()
        self.corrector = Corrector(self.running.app, self.candidature)
        self.corrector.start()
        assert self.corrector.write(2, MOVED).status_code == 200

    def do(self) -> int:
        return self.corrector.save().status_code


class HearCorrection(Heard, _CandidatureOperation):
    done: ClassVar[State] = SaveModification.done

    def event(self) -> Contract:
        corrected = Identity(**{**tokens.DUBOIS, "version": 5, "nom_famille": "DUPOND"})
        return IdentityCorrected(self.running.candidate.id, corrected, "Pièce d'identité reçue")


class HearReminder(Heard, _CandidatureOperation):
    done: ClassVar[State] = {
        "mails": ["Relance de pièces justificatives : BREVET DE TECHNICIEN SUPERIEUR"]
    }

    def event(self) -> Contract:
        incomplete = IncompleteCandidature(self.candidature, 1, MISSING)
        return PiecesReminded(
            self.running.candidate.id, iso_utc(candidate_client.NOW), (incomplete,)
        )


class HearRefusal(HearReminder):
    done: ClassVar[State] = {"mails": ["Pièces non conformes : BREVET DE TECHNICIEN SUPERIEUR"]}

    def event(self) -> Contract:
        incomplete = IncompleteCandidature(self.candidature, 1, MISSING)
        return PiecesRefused(self.running.candidate.id, iso_utc(candidate_client.NOW), incomplete)


class HearPiecesState(HearReminder):
    done: ClassVar[State] = {"pieces": ["missing"]}

    def state(self) -> State:
        return {"pieces": stored(self.running.app, select(Candidature.pieces_state))}

    def event(self) -> Contract:
        return PiecesStateChanged(self.candidature, "missing", 1)


class RemindOfDraft(DoneByAJob, _CandidatureOperation):
    job = "remind-candidates"
    options: ClassVar[dict[str, Any]] = {"draft_reminder_days": (7,)}
    done: ClassVar[State] = {
        "mails": ["Brouillon non transmis : BREVET DE TECHNICIEN SUPERIEUR"],
        "drafts": 1,
    }

    def begin(self) -> None:
        self.running.candidate.draft()

    def prepare(self) -> None:
        candidate_client.load(self.running.app, candidate_client.guide(**self.options))
        self.begin()
        candidate_client.move_to(at(f"2021-10-18 {HOUR:02}:00"))


class RemindToValidate(RemindOfDraft):
    options: ClassVar[dict[str, Any]] = {"draft_reminder_days": (7,), "validation": ONLINE}
    done: ClassVar[State] = {"mails": ["Inscription à valider : BREVET DE TECHNICIEN SUPERIEUR"]}

    def begin(self) -> None:
        self.running.candidate.registered()


class FollowMovedDates(DoneByAJob, _CandidatureOperation):
    job = "follow-moved-dates"
    commits = ("a page", "the end")
    done: ClassVar[State] = {"mails": ["Dates modifiées : BREVET DE TECHNICIEN SUPERIEUR"]}

    def prepare(self) -> None:
        super().prepare()
        self.do()  # of the openings that the catalogue has just dated
        candidate_client.change_dates(self.running.app, deposit_closes=at("2021-12-01 00:00"))


class EraseDue(DoneByAJob, _CandidatureOperation):
    job = "erase-due"
    commits = ("what is archived", "a page", "the end")
    decided_by = 1
    done: ClassVar[State] = {"told": [("data_erased", None, None)]}

    def prepare(self) -> None:
        super().prepare()
        candidate_client.move_to(
            retention().kind("candidatures").erased_from(candidate_client.GUIDE_SESSION.closes)
        )


class ChainTheTrail(DoneByAJob, _CandidatureOperation):
    job = "chain-audit"
    commits: ClassVar[tuple[str, ...]] = ("a page", "the look for another")
    done: ClassVar[State] = {"all is chained": True}

    def state(self) -> State:
        with self.running.app.app_context(), db.reading() as transaction:
            entries, digests, roots = (
                transaction.scalar(text(f"SELECT count(*) FROM {table}"))
                for table in ("audit", "audit_digests", "audit_roots")
            )
        with self.running.app.app_context():
            wrong = [
                str(each)
                for each in audit_chain.mismatches("registrations", [], None)
                if each.entry_id
            ]
        return {
            **super().state(),
            "all is chained": entries == digests,
            "signed": bool(roots),
            "wrong": wrong,
        }


class SignTheTrail(ChainTheTrail):
    job = "sign-audit"
    commits = ("it",)
    done: ClassVar[State] = {"signed": True}

    def prepare(self) -> None:
        super().prepare()
        with self.running.app.app_context():
            audit_chain.extend()


class ExtendPeriods(_CandidatureOperation):
    done: ClassVar[State] = {
        "shown": ["Prolongation"],
        "windows": [("03", "2021-10-31T23:00:00+00:00"), ("03", "2021-11-01T01:00:00+00:00")],
        "drafts": 1,
    }

    def prepare(self) -> None:
        self.running.candidate.draft()
        candidate_client.move_to(at("2021-10-25 11:00"))
        moves = self.running.desk.call("POST", "/staff/incidents/preview", **INCIDENT).json
        self.extension = {
            **INCIDENT,
            "openings": moves_as_read(
                move for move in moves if move["opening"]["academie"] == "03"
            ),
        }

    def do(self) -> int | None:
        return self.running.desk.call("POST", "/staff/incidents", **self.extension).status_code

    def state(self) -> State:
        told = self.running.published_events("academie", "deposit_closes")
        return {
            **super().state(),
            "shown": [message["title"] for message in self.running.candidate.get("/messages")],
            "windows": [
                event[1:] for event in told if event[0] == "window_changed" and event[1] == "03"
            ],
        }


class TellOfExtensions(DoneByAJob, ExtendPeriods):
    job = "tell-of-extensions"
    commits = ("a page", "the end")
    done: ClassVar[State] = {"mails": ["Inscriptions prolongées : BREVET DE TECHNICIEN SUPERIEUR"]}

    def prepare(self) -> None:
        super().prepare()
        assert ExtendPeriods.do(self) == 204
