"""What is saved of a registration: the event of a version, with pièces and forms asked for (K13),
and the content of « Confirmation d'inscription » besides identity and épreuves (guide §6); the
differences between two versions."""

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.clock import iso_utc, to_paris
from services.contracts.accounts import Identity
from services.contracts.api.administration import OpeningDates
from services.contracts.api.drafts import Change
from services.contracts.registration_rules import CERTIFICATION
from services.contracts.registrations import (
    AcademieRef,
    Confirmation,
    Edition,
    ExamRef,
    FormOffered,
    PieceAsked,
    PrintedDates,
    Recap,
    RegistrationSaved,
    SessionRef,
)
from services.contracts.session_options import ONLINE
from services.reference import telephones
from services.reference.lists import nationalites
from services.registrations.domain import address, facts, registration_form
from services.registrations.domain.acquis import Box
from services.registrations.domain.conditions import Lookup, holds
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Opening
from services.registrations.domain.forms import OUI
from services.registrations.domain.tabs import diploma, identification, questions

TITLE = "CONFIRMATION D'INSCRIPTION"


def registration_saved(
    dossier: Dossier,
    *,
    candidature_id: str,
    candidate_id: str,
    version: int,
    numero_inscription: str,
    saved_at: datetime,
    reason: str | None = None,
) -> RegistrationSaved:
    """The event of a version of a dossier whose tabs have no errors (callers check that)."""
    exam = dossier.exam
    session = dossier.session
    opening = dossier.opening
    lookup = facts.lookup(dossier)
    pieces = requested_pieces(dossier, lookup)
    return RegistrationSaved(
        candidature_id=candidature_id,
        candidate_id=candidate_id,
        version=version,
        saved_at=iso_utc(saved_at),
        numero_candidat=dossier.numero_candidat,
        numero_inscription=numero_inscription,
        exam=ExamRef(exam.code, exam.label, exam.domaine),
        session=SessionRef(
            name=session.name,
            label=session.label,
            code_choice=opening.code_choice,
            code_pdf=opening.code_pdf,
            closes_at=iso_utc(session.closes),
        ),
        academie=AcademieRef(opening.academie, opening.label, opening.contact),
        closes_at=printed_dates(opening).closes_at,
        identity=dossier.identity,
        recap=registration_form.recap_sections(dossier),
        epreuves=registration_form.epreuve_lines(dossier),
        confirmation=_confirmation(dossier),
        demande_text=tuple(exam.texts.get("demande", ())),
        pieces=pieces,
        forms=_offered_forms(dossier, lookup, pieces),
        reason=reason,
        validation=_validation(dossier),
    )


def _offered_forms(
    dossier: Dossier, lookup: Lookup, pieces: tuple[PieceAsked, ...]
) -> tuple[FormOffered, ...]:
    """Return the forms of these pièces, and those of « Les formulaires »."""
    of_pieces = {piece.form for piece in pieces}
    return tuple(
        FormOffered(form.code, form.title, form.paragraphs, form.blanks, form.in_menu)
        for form in dossier.exam.forms
        if (form.in_menu or form.code in of_pieces) and holds(form.when, lookup)
    )


def _validation(dossier: Dossier) -> str:
    """How the candidate certifies what is declared: as the opening says, else its session."""
    return dossier.opening.validation or dossier.session.validation


def requested_pieces(dossier: Dossier, lookup: Lookup) -> tuple[PieceAsked, ...]:
    """K13: the session's pièces whose condition holds, in the order of the catalogue. Where the
    candidate validates online, none that is signed for it."""
    is_online = _validation(dossier) == ONLINE
    dates = printed_dates(dossier.opening)
    of_session = (piece for piece in dossier.exam.pieces if piece.code in dossier.session.pieces)
    asked = (
        piece
        for piece in of_session
        if holds(piece.when, lookup) and not (piece.proves_version and is_online)
    )
    return tuple(
        PieceAsked(
            code=piece.code,
            label=piece.label,
            group_code=piece.group_code,
            group_label=piece.group_label,
            required=piece.required,
            formats=piece.formats,
            form=piece.form,
            deposit_opens=dates.deposit_opens,
            deposit_closes=dates.deposit_closes,
            proves_version=piece.proves_version,
        )
        for piece in asked
    )


def _confirmation(dossier: Dossier) -> Confirmation:
    typed = dossier.typed_in("identification")
    same_bts = dossier.box(Box.MEME)
    nationalite = nationalites.by_code(typed.text("nationalite"))
    return Confirmation(
        title=TITLE,
        nationalite=(
            nationalite.feminine if nationalite else ""
        ),  # agrees with the word « nationalité »
        address=address.postal_lines(typed),
        birthplace=_birthplace(dossier.identity),
        telephone=telephones.displayed(identification.telephone(typed, identification.FIXE.name))
        or None,
        mobile=telephones.displayed(identification.telephone(typed, identification.MOBILE.name))
        or None,
        vae=dossier.box(Box.VAE) is not None,
        etablissement=dossier.etablissement.label if dossier.etablissement else None,
        categorie=dossier.category.label_with_code if dossier.category else None,
        handicap=dossier.typed_in("candidature").text("handicap") == OUI,
        diplome=diploma.pdf_label(dossier.diplome) if dossier.diplome else None,
        return_by=printed_dates(dossier.opening).return_by,
        specialite=dossier.specialite.label_with_code if dossier.specialite else None,
        forme=dossier.formes.final_label() or None,
        deja_presente=", ".join(map(str, same_bts.years)) or None if same_bts else None,
        extra=tuple(
            section for tab in dossier.exam.tabs for section in questions.recap(dossier, tab)
        ),
    )


def _birthplace(identity: Identity) -> str:
    """« TROYES - 010 »; abroad the country instead: « ROMA - ITALIE »."""
    return (
        f"{identity.commune_naissance} - "
        f"{identity.departement_naissance or identification.country_label(identity)}"
    )


def printed_dates(dates: Opening | OpeningDates) -> PrintedDates:
    """`return_by` is the last day (Paris) on which pièces, including the signed confirmation, are
    accepted; ends are exclusive."""
    return PrintedDates(
        closes_at=iso_utc(dates.closes),
        return_by=to_paris(dates.deposit_closes - timedelta(microseconds=1)).date().isoformat(),
        deposit_opens=iso_utc(dates.deposit_opens),
        deposit_closes=iso_utc(dates.deposit_closes),
    )


def next_edition(newest: RegistrationSaved, validated_at: str | None) -> Edition:
    """Return the edition that follows the `newest` of a version, of which it prints that it was
    validated then (ISO 8601)."""
    return Edition(newest.candidature_id, newest.version, newest.edition + 1, validated_at)


def proved_before(saved: RegistrationSaved) -> RegistrationSaved:
    """Return the version without asking again for the pièces that prove it: those that prove the
    version before do."""
    pieces = tuple(replace(piece, proves_version=False) for piece in saved.pieces)
    return replace(saved, pieces=pieces)


def prints(saved: RegistrationSaved, dates: PrintedDates) -> bool:
    """Whether the documents of the version read the same with these dates: of the beginning they
    have the day alone, of the registrations the end before which it is to be validated."""
    periods = {(_day(piece.deposit_opens), piece.deposit_closes) for piece in saved.pieces}
    is_same_period = periods <= {(_day(dates.deposit_opens), dates.deposit_closes)}
    moved = replace(saved, closes_at=dates.closes_at)
    is_same_end = saved.validation_ends == moved.validation_ends or not saved.is_to_validate
    return is_same_period and is_same_end and saved.confirmation.return_by == dates.return_by


def certified_digest(saved: RegistrationSaved) -> str:
    """SHA-256 (hexadecimal) of what a candidate certifies by validating the version: all that the
    page shows."""
    return _digest([saved.candidature_id, saved.version, *_shown(saved)])


def certified_content(saved: RegistrationSaved) -> str:
    """SHA-256 (hexadecimal) of what a candidate certifies, whatever the number of the version: two
    versions that have the same one say the same."""
    return _digest([saved.candidature_id, *_shown(saved)])


def _digest(shown: list[object]) -> str:
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()


def _shown(saved: RegistrationSaved) -> list[object]:
    shown: list[object] = [saved.numero_candidat, saved.numero_inscription]
    shown += [saved.exam.label, saved.session.label, saved.academie.label, CERTIFICATION]
    shown += [
        [section.title, line.label, line.value] for section in saved.recap for line in section.lines
    ]
    shown += [
        [line.code, line.label, line.option, line.position_label, line.mark, line.mode_label]
        for line in saved.epreuves
    ]
    return shown


def _day(instant: str) -> date:
    return to_paris(datetime.fromisoformat(instant)).date()


def changes(before: Recap, after: Recap) -> tuple[Change, ...]:
    """With the labels of the récapitulatif, in the order of the newer version, removed lines
    last."""
    old = _lines(before)
    new = _lines(after)
    pairs = {key: (old.get(key, ""), new.get(key, "")) for key in (*new, *old)}
    return tuple(
        Change(section=section, label=label, before=before, after=after)
        for (section, label), (before, after) in pairs.items()
        if before != after
    )


def _lines(recap: Recap) -> dict[tuple[str, str], str]:
    recap_lines = {
        (section.title, line.label): line.value
        for section in recap.sections
        for line in section.lines
    }
    for line in recap.epreuves:
        parts = (line.option, line.position_label, line.mode_label, line.mark)
        recap_lines["Epreuves", f"{line.code} - {line.label}"] = " - ".join(
            part for part in parts if part
        )
    return recap_lines
