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
    """Return what registrations holds of a person; nothing of one whom it does not know."""
    candidate = transaction.get(Candidate, candidate_id)
    if candidate is None:
        return Part()
    own = (
        select(Candidature)
        .filter_by(candidate_id=candidate_id)
        .order_by(Candidature.numero_inscription)
    )
    candidatures = transaction.scalars(own).all()
    drafts = transaction.scalars(
        select(Draft).filter_by(candidate_id=candidate_id).order_by(Draft.created_at)
    ).all()
    subjects = (candidate_id, *(row.id for row in candidatures), *(row.id for row in drafts))
    trail = select(AuditEntry).where(AuditEntry.subject.in_(subjects)).order_by(AuditEntry.id)
    held = (
        _candidate(transaction, candidate),
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


def _candidate(transaction: DbSession, candidate: Candidate) -> Held:
    refused = transaction.scalars(
        select(MailRefusal.address).filter_by(candidate_id=candidate.id)
    ).all()
    known = facts(
        ("N° candidat", candidate.numero_candidat),
        ("Adresse mail", candidate.email),
        ("Adresses refusées par la messagerie", refused),
        *(candidate.corrected_identity or {}).items(),
    )
    item = Item(title="Candidat", facts=known)
    return Held(kind="candidatures", title="Inscriptions", items=(item,))


def _candidature(transaction: DbSession, row: Candidature) -> Held:
    """Return a candidature with its versions and notes. The reasons that staff give for a
    withdrawal are their own, as in the « Historique »."""
    saved = Item(
        title=f"N° d'inscription {row.numero_inscription}",
        at=row.first_saved_at,
        facts=facts(
            ("État", CANDIDATURE_STATE_LABELS[row.state]),
            ("Depuis le", row.state_changed_at),
            ("Motif", None if row.state == WITHDRAWN else row.end_reason),
        ),
    )
    of_it = select(CandidatureVersion).filter_by(candidature_id=row.id)
    versions = transaction.scalars(of_it.order_by(CandidatureVersion.version))
    notes = transaction.scalars(
        select(CandidatureNote).filter_by(candidature_id=row.id).order_by(CandidatureNote.at)
    )
    items = (saved, *map(_version, versions), *map(_note, notes))
    known = history(transaction, row.candidate_id, row.id)
    return of_candidature("candidatures", f"Candidature : {known.label}", items, known.events)


def _note(row: CandidatureNote) -> Item:
    return Item(title="Note d'un gestionnaire", at=row.at, facts=facts(("Texte", row.text)))


def _version(row: CandidatureVersion) -> Item:
    """Return a version: the address that it was saved with, and what its récapitulatif shows."""
    saved = from_stored(row.payload)
    known = (*facts(("Adresse mail", saved.identity.email)), *_of_recap(recap(saved)))
    return Item(title=version_label(row.version), at=row.saved_at, facts=known)


def _of_recap(shown: Recap) -> tuple[Fact, ...]:
    known: list[tuple[str, object]] = []
    for section in shown.sections:
        known += [(f"{section.title}, {line.label}", line.value) for line in section.lines]
    for epreuve in shown.epreuves:
        said = (epreuve.position_label, epreuve.option, epreuve.mode_label, epreuve.mark)
        known.append((f"{epreuve.code} : {epreuve.label}", [text for text in said if text]))
    return facts(*known)


def _draft(transaction: DbSession, candidate_id: str, row: Draft, at: datetime) -> Item:
    """Return what was typed in a draft, as it is stored and, where the catalogue still has its
    opening, as its récapitulatif shows it."""
    shown: tuple[Fact, ...] = ()
    with suppress(NotFound):
        view = held_draft(transaction, row.id, Holder.candidate(candidate_id))
        shown = _of_recap(registration_form.recap(view.dossier(transaction, at)))
    state = facts(("Modifié le", row.updated_at), ("Transmis ou abandonné le", row.closed_at))
    answers: list[tuple[str, object]] = []
    for tab in row.answers.values():
        answers += [(f"Saisi : {name}", value) for name, value in tab.items()]
    typed = facts(*answers)
    return Item(title="Ce que vous avez saisi", at=row.created_at, facts=(*state, *shown, *typed))
