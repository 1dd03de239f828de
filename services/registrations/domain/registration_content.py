"""The content of a registration: récapitulatif, lines of épreuves, pièces and forms asked for (K13), confirmation."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.clock import iso_utc
from services.contracts.registrations import Confirmation, EpreuveLine, FormOffered, PieceAsked, Recap, Section
from services.registrations.domain import confirmation, facts
from services.registrations.domain.acquis import mark_label
from services.registrations.domain.conditions import Lookup, holds
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import ChosenEpreuve
from services.registrations.domain.exam_definition import FormText, PieceRule
from services.registrations.domain.rules.exclusivity import exclusivity_key
from services.registrations.domain.tabs import questions
from services.registrations.domain.tabs.text_tabs import CHANGES_NOT_SENT, NOT_SAVED


@dataclass(frozen=True)
class RegistrationContent:
    """The content of a complete dossier: what a saved version holds besides identity, numbers and dates."""

    recap: Recap
    epreuves: tuple[EpreuveLine, ...]
    confirmation: Confirmation
    demande_text: tuple[str, ...]
    pieces: tuple[PieceAsked, ...]
    forms: tuple[FormOffered, ...]
    specialite_code: str | None
    specialite_label: str | None
    exclusivity_key: str | None  # None: the exam excludes nothing


def recap(dossier: Dossier, sections: tuple[Section, ...]) -> Recap:
    warning = CHANGES_NOT_SENT if dossier.modifies else NOT_SAVED
    return Recap(dossier.numero_candidat, warning, sections, epreuve_lines(dossier))


def registration_content(dossier: Dossier, sections: tuple[Section, ...]) -> RegistrationContent:
    """The content of a dossier whose tabs have no errors (callers check that)."""
    lookup = facts.lookup(dossier)
    lines = epreuve_lines(dossier)
    pieces = requested_pieces(dossier, lookup)
    extra = tuple(section for tab in dossier.exam.tabs for section in questions.recap(dossier, tab))
    return RegistrationContent(
        recap=Recap(dossier.numero_candidat, None, sections, lines),
        epreuves=lines,
        confirmation=confirmation.build_confirmation(dossier, extra),
        demande_text=tuple(dossier.exam.texts.get("demande", ())),
        pieces=pieces,
        forms=_offered_forms(dossier, lookup, pieces),
        specialite_code=dossier.specialite.code if dossier.specialite else None,
        specialite_label=dossier.specialite.label if dossier.specialite else None,
        exclusivity_key=exclusivity_key(dossier),
    )


def epreuve_lines(dossier: Dossier) -> tuple[EpreuveLine, ...]:
    return tuple(_line(chosen) for chosen in dossier.epreuves)


def requested_pieces(dossier: Dossier, lookup: Lookup) -> tuple[PieceAsked, ...]:
    """K13: the session's pièces whose condition holds, in the order of the catalogue."""
    return tuple(
        _piece(dossier, piece)
        for piece in dossier.exam.pieces
        if piece.code in dossier.session.pieces and holds(piece.when, lookup)
    )


def _line(chosen: ChosenEpreuve) -> EpreuveLine:
    epreuve = chosen.epreuve
    return EpreuveLine(
        code=epreuve.code,
        label=epreuve.label,
        option=chosen.option_label,
        unit=epreuve.unit,
        parent=epreuve.parent,
        mandatory=chosen.mandatory,
        position=chosen.position,
        position_label=chosen.position_label,
        mode_label=chosen.mode_label,
        mark=mark_label(chosen.kept_mark) if chosen.kept_mark is not None else None,
        hidden_on_pdf=epreuve.hidden_on_pdf,
    )


def _piece(dossier: Dossier, piece: PieceRule) -> PieceAsked:
    return PieceAsked(
        code=piece.code,
        label=piece.label,
        group_code=piece.group_code,
        group_label=piece.group_label,
        required=piece.required,
        formats=piece.formats,
        form=piece.form,
        deposit_opens=iso_utc(dossier.opening.deposit_opens),
        deposit_closes=iso_utc(dossier.opening.deposit_closes),
    )


def _offered_forms(dossier: Dossier, lookup: Lookup, pieces: tuple[PieceAsked, ...]) -> tuple[FormOffered, ...]:
    """The forms of the pièces asked for, and those of the menu « Les formulaires »."""
    of_pieces = {piece.form for piece in pieces}
    return tuple(
        _form(form)
        for form in dossier.exam.forms
        if (form.in_menu or form.code in of_pieces) and holds(form.when, lookup)
    )


def _form(form: FormText) -> FormOffered:
    return FormOffered(form.code, form.title, form.paragraphs, form.blanks, form.in_menu)
