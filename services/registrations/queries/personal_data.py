"""What registrations holds of a person, in words: drafts, candidatures in any state with each
version, mails, trail."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import NotFound
from services.contracts.api.personal_data import (
    MANY,
    Fact,
    Held,
    Item,
    Part,
    facts,
    of_candidature,
    of_mails,
    of_trail,
)
from services.contracts.registration_rules import CANDIDATURE_STATE_LABELS, WITHDRAWN
from services.contracts.registrations import Recap, from_stored
from services.mail import sent_mails
from services.registrations.domain import registration_form
from services.registrations.domain.registration_numbers import version_label
from services.registrations.models import (
    AuditEntry,
    Candidate,
    Candidature,
    CandidatureNote,
    CandidatureVersion,
    Draft,
    MailRefusal,
)
from services.registrations.queries.candidatures import recap
from services.registrations.queries.drafts import Holder, held_draft
from services.registrations.queries.history import history


def part(transaction: DbSession, candidate_id: str, at: datetime) -> Part:
    candidate = transaction.get(Candidate, candidate_id)
    if candidate is None:
        return Part()
    refused = transaction.scalars(
        select(MailRefusal.address).filter_by(candidate_id=candidate_id)
    ).all()
    own = (
        select(Candidature)
        .filter_by(candidate_id=candidate_id)
        .order_by(Candidature.numero_inscription)
    )
    candidatures = transaction.scalars(own).all()
    drafts = transaction.scalars(
        select(Draft).filter_by(candidate_id=candidate_id).order_by(Draft.created_at)
    ).all()
    reached = ("Adresse mail", candidate.email), ("Adresses refusées par la messagerie", refused)
    known = facts(
        ("N° candidat", candidate.numero_candidat),
        *reached,
        *(candidate.corrected_identity or {}).items(),
    )
    subjects = (candidate_id, *(row.id for row in candidatures), *(row.id for row in drafts))
    trail = select(AuditEntry).where(AuditEntry.subject.in_(subjects)).order_by(AuditEntry.id)
    held = (
        Held(
            kind="candidatures", title="Inscriptions", items=(Item(title="Candidat", facts=known),)
        ),
        *(_candidature(transaction, row) for row in candidatures),
        Held(
            kind="brouillons",
            title="Brouillons",
            items=tuple(_draft(transaction, candidate_id, row, at) for row in drafts),
        ),
        of_mails(sent_mails.list_page(transaction, candidate_id, after=None, limit=MANY)),
        of_trail(transaction.scalars(trail)),
    )
    return Part(held=held)


def _candidature(transaction: DbSession, row: Candidature) -> Held:
    """The reasons that staff give for a withdrawal are their own, as in the « Historique »."""
    reason = ("Motif", None if row.state == WITHDRAWN else row.end_reason)
    state = facts(
        ("État", CANDIDATURE_STATE_LABELS[row.state]), ("Depuis le", row.state_changed_at), reason
    )
    versions = (
        select(CandidatureVersion)
        .filter_by(candidature_id=row.id)
        .order_by(CandidatureVersion.version)
    )
    notes = transaction.scalars(
        select(CandidatureNote).filter_by(candidature_id=row.id).order_by(CandidatureNote.at)
    )
    items = (
        Item(
            title=f"N° d'inscription {row.numero_inscription}", at=row.first_saved_at, facts=state
        ),
        *map(_version, transaction.scalars(versions)),
        *(
            Item(title="Note d'un gestionnaire", at=note.at, facts=facts(("Texte", note.text)))
            for note in notes
        ),
    )
    known = history(transaction, row.candidate_id, row.id)
    return of_candidature("candidatures", f"Candidature : {known.label}", items, known.events)


def _version(row: CandidatureVersion) -> Item:
    """The address that it was saved with, and what its récapitulatif shows."""
    saved = from_stored(row.payload)
    known = (*facts(("Adresse mail", saved.identity.email)), *_of_recap(recap(saved)))
    return Item(title=version_label(row.version), at=row.saved_at, facts=known)


def _of_recap(shown: Recap) -> tuple[Fact, ...]:
    lines = (
        (f"{section.title}, {line.label}", line.value)
        for section in shown.sections
        for line in section.lines
    )
    epreuves = (
        (
            f"{each.code} : {each.label}",
            [*filter(None, (each.position_label, each.option, each.mode_label, each.mark))],
        )
        for each in shown.epreuves
    )
    return facts(*lines, *epreuves)


def _draft(transaction: DbSession, candidate_id: str, row: Draft, at: datetime) -> Item:
    """Return what was typed in a draft, as it is stored and, where the catalogue still has its
    opening, as its récapitulatif shows it."""
    shown: tuple[Fact, ...] = ()
    with suppress(NotFound):
        view = held_draft(transaction, row.id, Holder.candidate(candidate_id))
        shown = _of_recap(registration_form.recap(view.dossier(transaction, at)))
    state = facts(("Modifié le", row.updated_at), ("Transmis ou abandonné le", row.closed_at))
    typed = facts(
        *((f"Saisi : {name}", value) for tab in row.answers.values() for name, value in tab.items())
    )
    return Item(title="Ce que vous avez saisi", at=row.created_at, facts=(*state, *shown, *typed))
