"""Candidatures: saved, modified, withdrawn."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import select, text
from werkzeug.test import TestResponse

from services.chassis import clock
from services.chassis.clock import iso_utc
from services.contracts.accounts import Identity, IdentityCorrected
from services.contracts.pieces import IncompleteCandidature, PiecesRefused, PiecesReminded, PiecesStateChanged
from services.contracts.reminder_rules import HOUR
from services.contracts.retention import retention
from services.contracts.session_options import ONLINE
from services.registrations.jobs import registry
from services.registrations.models import Candidature, audit_chain, db
from tests.architecture import apps
from tests.documents.example_events import MISSING
from tests.faults.operation import HEARD, DoneByAJob, Operation, State
from tests.faults.running_service import RunningService
from tests.registrations.domain.example_dossier import ANSWERS, at
from tests.registrations.service.candidate_client import (
    GUIDE,
    GUIDE_SESSION,
    NOW,
    CandidateClient,
    change_dates,
    pierre,
    with_catalogue,
)
from tests.registrations.service.incident import INCIDENT, read
from tests.support import smtp, tokens

MOVED: dict[str, Any] = {**ANSWERS["identification"], "adresse": "2 rue du lac"}


class Registrations(RunningService):
    name = "registrations"
    db = db
    registry = registry

    def __init__(self, database_url: str, folder: Path) -> None:
        self.app = apps.build("registrations", folder, database_url)
        clock.set_offset((NOW - clock.system_now()).total_seconds())
        self.candidate: CandidateClient = pierre(self.app)
        self._mails = folder / "mail"

    def mails(self) -> list[str]:
        return sorted(smtp.parse_mail(path.read_bytes()).subject for path in self._mails.glob("*.eml"))

    def call_as_staff(self, method: str, path: str, json: Any = None) -> TestResponse:
        scopes = ["candidatures:manage", "openings:manage"]
        headers = tokens.bearer(tokens.staff_token("agent", scopes=scopes, academies=["03"]))
        return self.app.test_client().open(f"/v1/{path}", method=method, json=json, headers=headers)

    def restoring(self) -> Callable[[], None]:
        earlier = set(self._mails.glob("*.eml"))

        def restore() -> None:
            for mail in set(self._mails.glob("*.eml")) - earlier:
                mail.unlink()

        return restore


class _CandidatureOperation(Operation[Registrations]):
    service = Registrations

    def state(self) -> State:
        candidate = self.running.candidate
        tiles = candidate.get("/candidatures")["candidatures"]
        return {
            "candidatures": [(tile["numero_inscription"], tile["version"]) for tile in tiles],
            "they open": [candidate.call("GET", f"/candidatures/{tile['id']}").status_code for tile in tiles],
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
    return {"candidatures": there, "they open": [200] * len(there), "drafts": 0, "told": told, "mails": subjects}


class SaveRegistration(_CandidatureOperation):
    name = "save a candidature"
    done: ClassVar[State] = _with(1, [SAVED], "Inscription enregistrée")

    def prepare(self) -> None:
        self.draft = self.running.candidate.fill(self.running.candidate.draft())

    def do(self) -> int:
        return self.running.candidate.save(self.draft).status_code


class SaveModification(_CandidatureOperation):
    name = "save a modification"
    done: ClassVar[State] = _with(2, [SAVED, ("registration_saved", NUMBER, 2)], "Modification d'inscription")

    def prepare(self) -> None:
        candidate = self.running.candidate
        draft = candidate.modify(candidate.registered()["candidature_id"]).json
        written = candidate.write(draft, 2, MOVED)
        assert written.status_code == 200, written.text
        self.draft = {**draft, "revision": written.json["revision"]}

    def do(self) -> int:
        return self.running.candidate.save(self.draft).status_code


class Withdraw(_CandidatureOperation):
    name = "withdraw"
    done: ClassVar[State] = _with(None, [SAVED, ("registration_withdrawn", None, 2)], "Désinscription")

    def prepare(self) -> None:
        self.candidature = self.running.candidate.registered()["candidature_id"]

    def do(self) -> int:
        return self.running.candidate.withdraw(self.candidature).status_code


class Validate(_CandidatureOperation):
    name = "validate online"
    done: ClassVar[State] = {
        **_with(1, [SAVED, ("registration_validated", None, None)], "Inscription validée"),
        "validation": ["validated"],
    }

    def prepare(self) -> None:
        with_catalogue(self.running.app, replace(GUIDE, sessions=(replace(GUIDE_SESSION, validation=ONLINE),)))
        candidate = self.running.candidate
        self.path = f"/candidatures/{candidate.registered()['candidature_id']}"
        shown = candidate.get(self.path)
        proof = tokens.password_proof(candidate.id, shown["digest"])
        self.body = {"version": shown["version"], "digest": shown["digest"], "proof": proof}

    def do(self) -> int:
        return self.running.candidate.call("POST", f"{self.path}/validation", self.body).status_code

    def state(self) -> State:
        tiles = self.running.candidate.get("/candidatures")["candidatures"]
        return {**super().state(), "validation": [tile["validation"] for tile in tiles]}


class WithdrawByStaff(Withdraw):
    name = "withdraw for a candidate"

    def do(self) -> int:
        path = f"staff/candidatures/{self.candidature}/withdrawal"
        return self.running.call_as_staff("POST", path, {"reason": "Demande écrite"}).status_code


class UndoWithdrawal(Withdraw):
    name = "take a withdrawal back"
    done: ClassVar[State] = _with(
        3, [*Withdraw.done["told"], ("registration_saved", NUMBER, 3)], "Désinscription", "Désinscription annulée"
    )

    def prepare(self) -> None:
        super().prepare()
        super().do()
        self.running.work()

    def do(self) -> int:
        return self.running.candidate.undo_withdrawal(self.candidature).status_code


class RestoreByStaff(_CandidatureOperation):
    name = "restore a candidature"
    done: ClassVar[State] = _with(
        3, [*Withdraw.done["told"], ("registration_saved", NUMBER, 3)], "Candidature rétablie", "Candidature écartée"
    )

    def prepare(self) -> None:
        self.candidature = self.running.candidate.registered()["candidature_id"]
        self._change("ecart")
        self.running.work()

    def do(self) -> int:
        return self._change("restoration")

    def _change(self, how: str) -> int:
        path = f"staff/candidatures/{self.candidature}/{how}"
        return self.running.call_as_staff("POST", path, {"reason": "Diplôme reçu"}).status_code


class CorrectByStaff(_CandidatureOperation):
    name = "correct a candidature"
    done: ClassVar[State] = SaveModification.done

    def prepare(self) -> None:
        candidature = self.running.candidate.registered()["candidature_id"]
        call = self.running.call_as_staff
        draft: dict[str, Any] = call("POST", f"staff/candidatures/{candidature}/correction").json or {}
        self.save = f"staff/corrections/{draft['id']}/save"
        written = {"revision": 1, "values": MOVED, "action": "next"}
        assert call("PUT", f"drafts/{draft['id']}/tabs/2", written).status_code == 200

    def do(self) -> int:
        return self.running.call_as_staff("POST", self.save, {"revision": 2, "reason": "Adresse rectifiée"}).status_code


class HearCorrection(_CandidatureOperation):
    """Told again by the broker it changes nothing."""

    name = "hear of a corrected identity"
    commits = HEARD
    done: ClassVar[State] = SaveModification.done

    def prepare(self) -> None:
        self.running.candidate.registered()

    def do(self) -> None:
        corrected = Identity(**{**tokens.DUBOIS, "version": 5, "nom_famille": "DUPOND"})
        self.running.receive_event(IdentityCorrected(self.running.candidate.id, corrected, "Pièce d'identité reçue"))


class HearReminder(_CandidatureOperation):
    """Told again by the broker it changes nothing."""

    name = "hear of a reminder"
    commits = HEARD
    done: ClassVar[State] = {"mails": ["Relance de pièces justificatives : BREVET DE TECHNICIEN SUPERIEUR"]}

    def prepare(self) -> None:
        self.candidature = self.running.candidate.registered()["candidature_id"]

    def do(self) -> None:
        incomplete = IncompleteCandidature(self.candidature, 1, MISSING)
        told_at = iso_utc(NOW)
        self.running.receive_event(PiecesReminded(self.running.candidate.id, told_at, (incomplete,)))


class HearRefusal(HearReminder):
    name = "hear of refused pieces"
    done: ClassVar[State] = {"mails": ["Pièces non conformes : BREVET DE TECHNICIEN SUPERIEUR"]}

    def do(self) -> None:
        incomplete = IncompleteCandidature(self.candidature, 1, MISSING)
        self.running.receive_event(PiecesRefused(self.running.candidate.id, iso_utc(NOW), incomplete))


class HearPiecesState(HearReminder):
    name = "hear what pieces are at"
    done: ClassVar[State] = {"pieces": ["missing"]}

    def state(self) -> State:
        with self.running.app.app_context(), self.running.db.reading() as session:
            return {"pieces": list(session.scalars(select(Candidature.pieces_state)))}

    def do(self) -> None:
        self.running.receive_event(PiecesStateChanged(self.candidature, "missing", 1))


class RemindOfDraft(DoneByAJob, _CandidatureOperation):
    name = "remind of a draft"
    job = "remind-candidates"
    options: ClassVar[dict[str, Any]] = {"draft_reminder_days": (7,)}
    done: ClassVar[State] = {"mails": ["Brouillon non transmis : BREVET DE TECHNICIEN SUPERIEUR"], "drafts": 1}

    def begin(self) -> None:
        self.running.candidate.draft()

    def prepare(self) -> None:
        with_catalogue(self.running.app, replace(GUIDE, sessions=(replace(GUIDE_SESSION, **self.options),)))
        self.begin()
        clock.set_offset((at(f"2021-10-18 {HOUR:02}:00") - clock.system_now()).total_seconds())


class RemindToValidate(RemindOfDraft):
    name = "remind to validate"
    options: ClassVar[dict[str, Any]] = {"draft_reminder_days": (7,), "validation": ONLINE}
    done: ClassVar[State] = {"mails": ["Inscription à valider : BREVET DE TECHNICIEN SUPERIEUR"]}

    def begin(self) -> None:
        self.running.candidate.registered()


class FollowMovedDates(DoneByAJob, _CandidatureOperation):
    name = "follow moved dates"
    job = "follow-moved-dates"
    commits = ("a page", "the end")
    done: ClassVar[State] = {"mails": ["Dates modifiées : BREVET DE TECHNICIEN SUPERIEUR"]}

    def prepare(self) -> None:
        self.running.candidate.registered()
        self.do()  # of the openings that the catalogue has just dated
        change_dates(self.running.app, deposit_closes=at("2021-12-01 00:00"))


class EraseDue(DoneByAJob, _CandidatureOperation):
    name = "erase what was kept long enough"
    job = "erase-due"
    commits = ("what is archived", "a page", "the end")
    decided_by = 1
    done: ClassVar[State] = {"told": [("data_erased", None, None)]}

    def prepare(self) -> None:
        self.running.candidate.registered()
        due = retention().kind("candidatures").erased_from(GUIDE_SESSION.closes)
        clock.set_offset((due - clock.system_now()).total_seconds())


class ChainTheTrail(DoneByAJob, _CandidatureOperation):
    name = "chain the audit trail"
    job = "chain-audit"
    commits: ClassVar[tuple[str, ...]] = ("a page", "the look for another")
    done: ClassVar[State] = {"all is chained": True}

    def prepare(self) -> None:
        self.running.candidate.registered()

    def state(self) -> State:
        with self.running.app.app_context(), db.reading() as session:
            entries, digests, roots = (
                session.scalar(text(f"SELECT count(*) FROM {table}"))
                for table in ("audit", "audit_digests", "audit_roots")
            )
        with self.running.app.app_context():
            wrong = [str(each) for each in audit_chain.mismatches("registrations", [], None) if each.entry_id]
        return {**super().state(), "all is chained": entries == digests, "signed": bool(roots), "wrong": wrong}


class SignTheTrail(ChainTheTrail):
    name = "sign the audit trail"
    job = "sign-audit"
    commits = ("it",)
    done: ClassVar[State] = {"signed": True}

    def prepare(self) -> None:
        super().prepare()
        with self.running.app.app_context():
            audit_chain.extend()


class ExtendPeriods(_CandidatureOperation):
    name = "extend what an incident cut"
    done: ClassVar[State] = {
        "shown": ["Prolongation"],
        "windows": [("03", "2021-10-31T23:00:00+00:00"), ("03", "2021-11-01T01:00:00+00:00")],
        "drafts": 1,
    }

    def prepare(self) -> None:
        self.running.candidate.draft()
        clock.set_offset((at("2021-10-25 11:00") - clock.system_now()).total_seconds())
        moves: list[dict[str, Any]] = self.running.call_as_staff("POST", "staff/incidents/preview", INCIDENT).json or []
        self.extension = {**INCIDENT, "openings": read(move for move in moves if move["opening"]["academie"] == "03")}

    def do(self) -> int | None:
        return self.running.call_as_staff("POST", "staff/incidents", self.extension).status_code

    def state(self) -> State:
        told = self.running.published_events("academie", "deposit_closes")
        return {
            **super().state(),
            "shown": [message["title"] for message in self.running.candidate.get("/messages")],
            "windows": [event[1:] for event in told if event[0] == "window_changed" and event[1] == "03"],
        }


class TellOfExtensions(DoneByAJob, ExtendPeriods):
    name = "tell of extensions"
    job = "tell-of-extensions"
    commits = ("a page", "the end")
    done: ClassVar[State] = {"mails": ["Inscriptions prolongées : BREVET DE TECHNICIEN SUPERIEUR"]}

    def prepare(self) -> None:
        super().prepare()
        assert ExtendPeriods.do(self) == 204
