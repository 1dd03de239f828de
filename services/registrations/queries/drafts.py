"""What a candidate reads of drafts: their state, and one tab; and what a reminder of one says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self, cast

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import found
from services.contracts.accounts import Identity
from services.contracts.api import drafts as api
from services.contracts.api.forms import Form, FormField, Mistake, Suggestions
from services.contracts.api.registrations import Mine
from services.contracts.base import read
from services.contracts.registrations import from_stored
from services.registrations.domain import registration_form, registration_numbers, specialites
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.domain.forms import Field, Section
from services.registrations.domain.obstacles import obstacles
from services.registrations.domain.registration_content import changes
from services.registrations.domain.tabs.tab_kind import EpreuveField
from services.registrations.models import (
    Candidate,
    Candidature,
    CandidatureVersion,
    Draft,
    OpeningChange,
    OpeningRow,
)
from services.registrations.queries.candidatures import list_tiles, recap
from services.registrations.queries.catalogue import OPENINGS, opening_view, view_of
from services.registrations.queries.dossiers import assembled_dossier
from services.registrations.queries.staff_candidature import Academies, candidature_in_academies

_DRAFTS = (
    OPENINGS.add_columns(Draft, Candidate)
    .join(Draft, Draft.opening_id == OpeningRow.id)
    .outerjoin(Candidature, Candidature.id == Draft.modification_of)
    .join(Candidate, Candidate.id == func.coalesce(Draft.candidate_id, Candidature.candidate_id))
)
_HELD_DRAFT = _DRAFTS.where(
    Draft.id == bindparam("draft_id"),
    Draft.candidate_id.is_not_distinct_from(bindparam("candidate_id")),
)
_LOCKED_DRAFT = _HELD_DRAFT.with_for_update(of=Draft).execution_options(populate_existing=True)
_OPEN_DRAFTS = _DRAFTS.where(
    Draft.candidate_id == bindparam("candidate_id"),
    Draft.closed_at.is_(None),
    OpeningRow.session_closes > bindparam("at"),
).order_by(Draft.updated_at.desc())


@dataclass(frozen=True)
class Holder:
    """The person who may use a draft: its candidate or, of one in which staff correct a
    candidature, staff of its académie. `candidate_id`: None for staff."""

    candidate_id: str | None
    academies: Academies

    @classmethod
    def candidate(cls, candidate_id: str) -> Self:
        """Return who may use this candidate's own drafts, and no correction of staff."""
        return cls(candidate_id, academies=frozenset())

    @classmethod
    def staff(cls, academies: Academies) -> Self:
        """Return who may use the corrections of these académies (None: of all)."""
        return cls(None, academies=academies)


@dataclass(frozen=True)
class DraftView:
    """A draft with its candidate and its opening with the dates in force."""

    draft: Draft
    candidate: Candidate
    opening: OpeningView

    def dossier(
        self, transaction: DbSession, at: datetime, identity: Identity | None = None
    ) -> Dossier:
        """Return the dossier, with `identity`, or else the identity stored with the draft."""
        draft = self.draft
        known = identity or read(Identity, self.draft.identity)
        return assembled_dossier(
            transaction,
            self.opening,
            self.candidate,
            known,
            at,
            draft.answers,
            draft.modification_of,
        )


def held_draft(
    transaction: DbSession, draft_id: str, holder: Holder, *, locked: bool = False
) -> DraftView:
    """Return a draft, `locked` until the transaction ends. Raises NotFound for one that is unknown
    or not the holder's."""
    sought = {"candidate_id": holder.candidate_id, "draft_id": draft_id}
    row = found(transaction.execute(_LOCKED_DRAFT if locked else _HELD_DRAFT, sought).one_or_none())
    view = _draft_view(transaction, row)
    if holder.candidate_id is None:
        candidature_in_academies(transaction, found(view.draft.modification_of), holder.academies)
    return view


def read_draft(transaction: DbSession, draft_id: str, holder: Holder, at: datetime) -> api.Draft:
    """Return a draft with the state of its tabs, and the obstacles to transmitting it at that
    instant. Raises as `held_draft`."""
    view = held_draft(transaction, draft_id, holder)
    return _draft(transaction, view.draft, view.dossier(transaction, at), at)


def _held_dossier(transaction: DbSession, draft_id: str, holder: Holder, at: datetime) -> Dossier:
    return held_draft(transaction, draft_id, holder).dossier(transaction, at)


def list_specialites(
    transaction: DbSession, draft_id: str, holder: Holder, at: datetime
) -> api.Domains:
    return api.Domains(
        domains=specialites.by_domain(_held_dossier(transaction, draft_id, holder, at))
    )


def read_specialite(
    transaction: DbSession, draft_id: str, code: str, holder: Holder, at: datetime
) -> api.Asked:
    return specialites.requirements(_held_dossier(transaction, draft_id, holder, at), code)


def list_mine(transaction: DbSession, candidate_id: str, at: datetime) -> Mine:
    """Return the candidatures, and the drafts not transmitted of sessions that have not closed, the
    latest written first."""
    rows = transaction.execute(_OPEN_DRAFTS, {"candidate_id": candidate_id, "at": at})
    views = [_draft_view(transaction, row) for row in rows.all()]
    drafts = tuple(
        _draft(transaction, view.draft, view.dossier(transaction, at), at) for view in views
    )
    tiles, withdrawn = list_tiles(transaction, candidate_id, at)
    return Mine(
        candidatures=tiles.candidatures,
        ecartees=tiles.ecartees,
        withdrawn_ids=tiles.withdrawn_ids,
        drafts=drafts,
        withdrawn=withdrawn,
    )


def _draft_view(
    transaction: DbSession, row: Row[OpeningRow, OpeningChange, str, Draft, Candidate]
) -> DraftView:
    opening, change, digest, draft, candidate = row
    return DraftView(draft, candidate, view_of(transaction, opening, change, digest))


def _draft(transaction: DbSession, draft: Draft, dossier: Dossier, at: datetime) -> api.Draft:
    is_correction = draft.candidate_id is None
    return api.Draft(
        id=draft.id,
        revision=draft.revision,
        numero_candidat=dossier.numero_candidat,
        exam_label=dossier.exam.label,
        session_label=dossier.session.label,
        academie_label=dossier.opening.label,
        opening_id=draft.opening_id,
        closes_at=dossier.opening.closes,
        candidature_id=draft.modification_of,
        modified=_modified_candidature(transaction, draft.modification_of),
        obstacles=() if is_correction else obstacles(dossier, at),
        contact=dossier.opening.contact,
        tabs=registration_form.tab_states(dossier, None if is_correction else draft.current_tab),
        current=draft.current_tab,
        updated_at=draft.updated_at,
        saved_candidature_id=draft.candidature_id,
    )


def _modified_candidature(
    transaction: DbSession, candidature_id: str | None
) -> api.ModifiedCandidature | None:
    """Return the candidature that a draft modifies, as it is saved."""
    if candidature_id is None:
        return None
    candidature = transaction.get_one(Candidature, candidature_id)
    version = transaction.get_one(CandidatureVersion, (candidature_id, candidature.version))
    return api.ModifiedCandidature(
        name=candidature.name,
        numero_inscription=candidature.numero_inscription,
        version_label=registration_numbers.version_label(version.version),
        saved_at=version.saved_at,
    )


def read_tab(
    transaction: DbSession,
    draft_id: str,
    number: int,
    holder: Holder,
    identity: Identity | None,
    at: datetime,
) -> api.Tab:
    """Return one tab as it was typed, with all its errors, which the page shows or not, and the
    draft that it belongs to."""
    view = held_draft(transaction, draft_id, holder)
    dossier = view.dossier(transaction, at, identity)
    tab = dossier.tab(number)
    shown = registration_form.tab_view(dossier, number)
    errors = registration_form.tab_errors(dossier, number)
    correction = _correction(transaction, view.draft, dossier)
    return api.Tab(
        number=number,
        kind=tab.kind,
        name=tab.name,
        title=tab.title,
        revision=view.draft.revision,
        form=_form(shown.sections) if shown.sections else None,
        recap=shown.recap,
        epreuves=None if shown.epreuves is None else tuple(map(_epreuve, shown.epreuves)),
        notices=shown.notices,
        paragraphs=shown.paragraphs,
        errors=tuple(Mistake(pointer=error.pointer, detail=error.detail) for error in errors),
        changes=correction.changes,
        refusals=correction.refusals,
        reason=correction.reason,
        draft=_draft(transaction, view.draft, dossier, at),
    )


def _form(sections: Sequence[Section]) -> Form:
    return cast(Form, {"sections": [section.to_data() for section in sections]})


def _field(field: Field) -> FormField:
    return cast(FormField, field.to_data())


@dataclass(frozen=True)
class _Correction:
    """A correction by staff so far: what it changes and why, and what rules refuse of it."""

    changes: tuple[api.Change, ...] = ()
    refusals: tuple[api.RuleRefusal, ...] = ()
    reason: str = ""


def _correction(transaction: DbSession, draft: Draft, dossier: Dossier) -> _Correction:
    """Return what a draft of staff corrects; nothing of a candidate's draft."""
    if draft.candidate_id is not None:
        return _Correction()
    candidature = transaction.get_one(Candidature, draft.modification_of)
    current = from_stored(
        transaction.get_one(CandidatureVersion, (candidature.id, candidature.version)).payload
    )
    corrected = registration_form.recap(registration_form.without_unasked_answers(dossier))
    refusals = registration_form.rule_refusals(dossier)
    return _Correction(
        changes=changes(recap(current), corrected),
        refusals=tuple(
            api.RuleRefusal(rule=rule, detail=detail) for rule, detail in refusals.items()
        ),
        reason=draft.reason or "",
    )


def _epreuve(field: EpreuveField) -> api.EpreuveField:
    return api.EpreuveField(
        code=field.code,
        title=field.title,
        group=field.group,
        parent=field.parent,
        position=_field(field.position) if field.position else None,
        position_label=field.position_label,
        option=_field(field.option) if field.option else None,
        mode_label=field.mode_label,
        notes=field.notes,
    )


def search(
    transaction: DbSession,
    draft_id: str,
    number: int,
    field: str,
    q: str,
    holder: Holder,
    at: datetime,
) -> Suggestions:
    """Return the proposals for a search field of a tab, best first, and the text beside them."""
    dossier = _held_dossier(transaction, draft_id, holder, at)
    options = registration_form.search(dossier, number, field, q)
    advice = registration_form.search_advice(dossier, number, field, q)
    return Suggestions(options=tuple(option.data for option in options), advice=advice)


@dataclass(frozen=True)
class DraftToRemind:
    """A draft that is not transmitted, of which its candidate is reminded at `email`, the newest
    address known."""

    candidate_id: str
    email: str
    opening: OpeningView


def draft_to_remind_of(
    transaction: DbSession, draft_id: str, closes: datetime, at: datetime
) -> DraftToRemind | None:
    """Return whom to remind of a draft. Return None where it was transmitted or abandoned, or its
    registrations end at another instant than `closes` or have ended."""
    draft = transaction.get(Draft, draft_id)
    if draft is None or draft.closed_at is not None or draft.candidate_id is None:
        return None
    opening = opening_view(transaction, draft.opening_id)
    if not at < closes == opening.opening.closes:
        return None
    # Before a first candidature, the draft alone may know an address.
    candidate = transaction.get_one(Candidate, draft.candidate_id)
    identity = read(Identity, draft.identity)
    known = None if candidate.email_version < identity.version else candidate.email
    return DraftToRemind(draft.candidate_id, known or identity.email, opening)


def has_open_draft(transaction: DbSession, candidate_id: str) -> bool:
    drafts = select(Draft.id).where(Draft.candidate_id == candidate_id, Draft.closed_at.is_(None))
    return transaction.scalar(drafts.limit(1)) is not None
