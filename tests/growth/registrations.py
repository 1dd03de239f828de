"""registrations beside whose example many others have a saved candidature, with its version, draft,
trail and mails."""

import itertools
from dataclasses import replace
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import select, text

from services.chassis.roles.command_line import migrate
from services.reference import academies
from services.registrations import models
from services.registrations.app import create_app
from services.registrations.domain.exam_definition import Exam
from services.registrations.jobs import registry
from services.registrations.models import db
from services.registrations.operations import moved_dates
from tests.growth.filled import (
    FAMILY,
    ID,
    NUMBERED,
    NUMERO,
    SHORT,
    Actions,
    FullService,
    answered,
    filling,
    journal,
)
from tests.registrations.domain.example_dossier import BESANCON
from tests.registrations.service.candidate_client import (
    CandidateClient,
    Desk,
    guide,
    pierre,
    with_catalogue,
)
from tests.registrations.service.conftest import settings
from tests.support import tokens
from tests.support.service_worker import stored

NUMBER = "02103000001"
LISTED = {
    "birth_date": "'200' || i % 10 || '-03-04'",
    "last_saved_at": (
        "CAST('2021-10-05 12:00:00+00' AS TIMESTAMP WITH TIME ZONE) + i * INTERVAL '1 second'"
    ),
    "specialite": "'Spécialité ' || i % 150",
    "categorie": "'Catégorie ' || i % 12",
    "etablissement": "'Lycée ' || i % 2000",
    "forme": "CASE WHEN i % 500 = 0 THEN 'Progressive' ELSE 'Globale' END",
    "validation": "CASE WHEN i % 500 = 0 THEN 'to_validate' WHEN i % 250 = 0 THEN 'validated' END",
    "pieces_state": (
        "CASE WHEN i % 100 = 0 THEN 'to_validate' WHEN i % 3 = 0 THEN 'missing' ELSE 'complete' END"
    ),
}
"""By what candidatures are browsed, in place of what a trigger would keep."""
MIDDLE = "8" + "0" * 31  # of the ids
SEARCHES = (
    ("a N° candidat", f"text={NUMBER}", "03"),
    ("a N° candidat nobody has", "text=02999999999", None),
    ("a rare name", "text=dubois", None),
    ("a part of a rare name", "text=ubois", None),
    ("a common name", "text=martin", None),
    ("a name and first name", "text=dubois+pierre", "03"),
    ("a name nobody has", "text=zzyzx", None),
    ("a mail address", "text=pdubois%40ac-rennes.fr", None),
    ("a mail address nobody has", "text=nobody%40exemple.fr", None),
    ("a birth date and a name", "birth_date=2003-03-04&text=dubois", None),
    ("a birth date that few have", f"birth_date={tokens.DUBOIS['date_naissance']}", None),
    ("a birth date nobody has", "birth_date=1999-03-04", None),
    ("an académie", "academie=03", "03"),
    ("an académie without anybody", "", "01"),
    ("an académie's écartées", "state=ecartee", "03"),
    ("everybody", "", None),
    ("a spécialité", "specialite=Sp%C3%A9cialit%C3%A9+7", None),
    ("a spécialité of an académie", "specialite=Sp%C3%A9cialit%C3%A9+7&state=active", "03"),
    ("an établissement", "etablissement=Lyc%C3%A9e+77", None),
    ("a forme that few have", "forme=Progressive&session=BTS+2022", None),
    ("a validation that few have", "validation=validated", None),
    ("a catégorie", "categorie=Cat%C3%A9gorie+3", "03"),
)
"""What staff search, the query, and the académie of who searches (None: all); in both orders."""
SEARCHES_BY_ID = (
    # By name all of that day are read and sorted: of a million candidates some hundreds, here a
    # tenth.
    ("a birth date that many have", "birth_date=2003-03-04", None),
    ("a birth date, further down", f"birth_date=2003-03-04&cursor={MIDDLE}", "03"),
    ("a common name, further down", f"text=martin&cursor={MIDDLE}", None),
    ("an académie, further down", f"academie=03&cursor={MIDDLE}", "03"),
)
JOURNAL = {
    "the journal": "",
    "the journal, candidates' acts too": "?everybody=true",
    "the journal of a member of staff": "?actor=agent",
    "the journal of a candidature": "?everybody=true&subject={}",
    "the journal of a N° candidat": f"?everybody=true&numero_candidat={NUMBER}",
    "the journal of a day": "?everybody=true&since=2019-10-04T00:00Z&until=2019-10-05T00:00Z",
}


def full_registrations(database_url: str, folder: Path, rows: int) -> FullService:
    app = create_app(settings(database_url, folder), tokens.key_of)
    migrate(app)
    with_catalogue(app, _everywhere())
    candidate = pierre(app)
    saved = candidate.registered()
    with app.app_context():
        _fill(rows)
    reads = _reads(app, candidate, saved)
    writes = _writes(app)
    return FullService(app, db, reads, writes, registry)


def _everywhere() -> Exam:
    """Every académie takes part; nobody is registered in the first and the last."""
    openings = tuple(
        replace(BESANCON, academie=academie.code, label=academie.label)
        for academie in academies.all()
    )
    return guide(openings=openings, draft_reminder_days=(20,))


def _fill(rows: int) -> None:
    state = (
        "CASE WHEN i % 50 = 0 THEN 'withdrawn' WHEN i % 1000 = 1 THEN 'ecartee' ELSE 'active' END"
    )
    named = {
        "name": f"upper({FAMILY}) || ' Pierre'",
        "folded_name": f"{FAMILY} || ' pierre'",
        "state": state,
    }
    with filling(db) as (session, insert):
        openings = (
            session.execute(text("SELECT id FROM openings ORDER BY academie")).scalars().all()
        )
        cases = " ".join(
            f"WHEN {place} THEN '{found}'" for place, found in enumerate(openings[1:-1])
        )
        own = {
            "id": ID,
            "candidate_id": ID,
            "opening_id": f"CASE i % {len(openings) - 2} {cases} END",
        }
        email = f"{NUMBERED} || '@exemple.fr'"
        insert(models.Candidate, rows, id=ID, numero_candidat=NUMERO, email=email)
        insert(models.Candidature, rows, **own, **named, **LISTED)
        light = {"payload": SHORT, "answers": SHORT}
        insert(models.CandidatureVersion, rows, candidature_id=ID, event_id=NUMBERED, **light)
        insert(models.Draft, rows, candidature_id=ID, answers=SHORT, identity=SHORT, **own)
        insert(models.sent_mails.SentMail, rows, id=NUMBERED, owner_id=ID)
        insert(models.AuditEntry, 2 * rows, subject=ID)
    with filling(db) as (
        session,
        _,
    ):  # of rows that are committed, indexes are made as in a database at work
        session.execute(
            text("UPDATE openings SET looked_through = NULL")
        )  # their dates have not moved since


def _reads(app: Flask, candidate: CandidateClient, saved: str) -> Actions:
    own = f"/candidatures/{saved}"
    return {
        "« Mes inscriptions »": lambda: candidate.get("/candidatures"),
        "a récapitulatif": lambda: candidate.get(own),
        "« Historique »": lambda: candidate.get(f"{own}/history"),
        "drafts": lambda: candidate.get("/mine"),
        "forms": lambda: candidate.get(f"{own}/forms"),
        "contact": lambda: candidate.get("/contact"),
        "mails": lambda: candidate.get("/mails"),
        "openings": lambda: candidate.get("/openings/choices"),
        "a page of an opening whose dates have moved": lambda: _page_of_moved_dates(app),
        **_staff_reads(app, saved),
        **{words: partial(journal, app, query.format(saved)) for words, query in JOURNAL.items()},
    }


def _page_of_moved_dates(app: Flask) -> None:
    with app.app_context(), db.operation() as transaction:
        opening = transaction.scalars(
            select(models.OpeningRow).filter_by(academie=BESANCON.academie)
        ).one()
        assert moved_dates._page(transaction, opening.id, MIDDLE)


def _staff_reads(app: Flask, candidature_id: str) -> Actions:
    def read(path: str, academie: str | None) -> object:
        return answered(Desk(app, *([academie] if academie else ())).get(path))

    middle = _middle_by_name(app)
    by_name = (
        *SEARCHES,
        ("a common name, further down", f"text=martin&cursor={middle}", None),
        ("an académie, further down", f"academie=03&cursor={middle}", "03"),
    )
    in_any_order = (
        ("everybody", "", None),
        ("an académie, further down", f"cursor={middle}", "03"),
        ("everybody, further down", f"cursor={middle}", None),
    )
    asked = [
        ("one", f"/{candidature_id}", "03"),
        *((words, f"?{query}", whose) for words, query, whose in (*SEARCHES, *SEARCHES_BY_ID)),
        *((f"{words}, by name", f"?order=name&{query}", whose) for words, query, whose in by_name),
        *(
            (f"{words}, by {order}", f"?order={order}&{query}", whose)
            for order in (
                "-name",
                "saved",
                "-saved",
                "birth_date",
                "-birth_date",
                "specialite",
                "-specialite",
            )
            for words, query, whose in in_any_order
        ),
        ("counts of everybody", "/counts", None),
        ("counts of an académie", "/counts", "03"),
        ("counts of a spécialité", "/counts?specialite=Sp%C3%A9cialit%C3%A9+7", None),
        ("counts of a name", "/counts?text=dubois", None),
    ]
    return {f"staff: {words}": partial(read, path, whose) for words, path, whose in asked}


def _middle_by_name(app: Flask) -> str:
    of_besancon = (
        select(models.Candidature.id)
        .join(models.OpeningRow)
        .where(models.OpeningRow.academie == BESANCON.academie)
    )
    ids: list[str] = stored(
        app, of_besancon.order_by(models.Candidature.folded_name, models.Candidature.id)
    )
    return ids[len(ids) // 2]


def _writes(app: Flask) -> Actions:
    newcomers = itertools.count()

    def newcomer() -> CandidateClient:
        return CandidateClient(app, f"newcomer-{next(newcomers)}", tokens.DUBOIS)

    def registers() -> None:
        """From the draft through all tabs to « Enregistrer », then a modification, then a
        withdrawal."""
        person = newcomer()
        saved = person.registered()
        assert person.modify(saved).status_code in (200, 201)
        person.withdraw(saved)

    return {"a draft is opened": lambda: newcomer().draft(), "somebody registers": registers}
