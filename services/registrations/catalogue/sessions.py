"""Reads sessions with their openings. The year of a demonstration session is computed from its
dates."""

from dataclasses import replace
from datetime import UTC, datetime

from services.clock import PARIS
from services.contracts.session_options import SessionOptions
from services.registrations.catalogue import instants, openings
from services.registrations.catalogue.fields import Fields
from services.registrations.catalogue.instants import EPOCH, InstantReader
from services.registrations.catalogue.openings import ALL
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.session_options import session_options
from services.registrations.catalogue.yaml_nodes import Node
from services.registrations.domain.exam_definition import Exam, Opening, Session, Specialite

EPREUVES_FIRST_MONTH = 5
"""May: registrations that close before it are for the épreuves of that year."""


def session(
    context: ReadingContext, node: Node, stem: str | None, exam: Exam, defaults: SessionOptions
) -> Session:
    """Read a session of an exam of which all else is read. `stem` is the file's name, which names
    the session unless it is a demonstration one; `defaults` are the options that the exam has for
    all its sessions."""
    with Fields(context, node, "une session") as fields:
        demonstration = fields.flag("demonstration", False)
        zone = instants.zone(fields, PARIS)
        reader = InstantReader(context, zone, demonstration)
        notice = " ".join(exam.texts.get("residence_notice", ())) or None
        opening_list = openings.openings(
            fields, openings.SessionDefaults(zone, demonstration, notice)
        )
        year = _year(fields, demonstration, opening_list, context.now)
        name = str(year) if demonstration else fields.optional("name") or stem or str(year)
        options = session_options(fields, defaults)
        new_session = Session(
            name=name,
            year=year,
            label=fields.text("label"),
            closes=_closes(fields, reader, year),
            specialites=_specialites(fields, exam, year),
            pieces=_pieces(fields, exam),
            openings=opening_list,
            demonstration=demonstration,
            reminder_days=options.reminder_days,
            draft_reminder_days=options.draft_reminder_days,
            refusal_mails=options.refusal_mails,
            document_mails=options.document_mails,
            validation=options.validation,
            retention=options.retention,
        )
        fields.check_code("name", "nom de la session", name)
    context.define(
        node, "la session", "session", "demonstration" if demonstration else "dated", name
    )
    _check_label(context, node.entries.get("label", node), new_session)
    _check_dates(context, node, new_session)
    return _with_year_filled_in(new_session)


def _closes(fields: Fields, reader: InstantReader, year: int) -> datetime:
    """Read when candidatures are no longer shown: by default, at the end of the session's year."""
    node = fields.take("session_closes")
    if node is not None:
        return reader.read(node)
    return datetime(year + 1, 1, 1, tzinfo=PARIS).astimezone(UTC)


def _check_label(context: ReadingContext, node: Node, new_session: Session) -> None:
    """Refuse a label that another session of the exam has: staff tell sessions apart by it."""
    kind = "demonstration" if new_session.demonstration else "dated"
    context.define(node, "l'intitulé de session", "session's label", kind, new_session.label)
    if new_session.demonstration and new_session.label and "{year}" not in new_session.label:
        context.refuse(
            node, "l'intitulé d'une session de démonstration change chaque année : y écrire {year}"
        )


def _year(
    fields: Fields, demonstration: bool, opening_list: tuple[Opening, ...], fallback: datetime
) -> int:
    """Return the year, that of the openings for a demonstration session; the year of `fallback`
    where it does not read."""
    if demonstration:
        if fields.take("year") is not None:
            fields.refuse(
                fields.at("year"),
                "l'année d'une session de démonstration suit ses dates : la retirer",
            )
        read = [opening.closes for opening in opening_list if opening.closes != EPOCH]
        closes = max(read, default=fallback).astimezone(PARIS)
        return closes.year + (closes.month >= EPREUVES_FIRST_MONTH)
    if fields.required("year") is None:
        return fallback.year
    year = fields.integer("year")
    if year is None:
        return fallback.year
    if not 1990 <= year <= 2100:
        fields.refuse(
            fields.at("year"), f"année de session invraisemblable {year} : écrire par exemple 2027"
        )
        return fallback.year
    return year


def _specialites(fields: Fields, exam: Exam, year: int) -> tuple[str, ...]:
    """Return the codes of the spécialités offered. « all » means those that have épreuves that
    year; a list must name such ones."""
    node = fields.take("specialites")
    if node is None:
        if exam.specialites:
            fields.refuse(
                fields.node,
                "clé « specialites » manquante pour une session : écrire « specialites: all »",
            )
        return ()
    possible = tuple(
        specialite.code for specialite in exam.specialites if _is_offered(specialite, year)
    )
    if node.kind == "scalar" and node.text == ALL:
        if not possible:
            fields.refuse(
                node,
                f"aucune spécialité n'a d'épreuves en {year} : en définir une, ou changer l'année",
            )
        return possible
    codes = fields.texts("specialites", refers_to="specialite")
    if not codes:
        fields.refuse(
            node, "la liste des spécialités est vide : écrire « specialites: all » ou des codes"
        )
    for code, item in zip(codes, fields.items("specialites"), strict=True):
        if any(specialite.code == code for specialite in exam.specialites) and code not in possible:
            fields.refuse(
                item,
                f"la spécialité {code} n'a pas d'épreuves en {year} : la retirer ou dater une "
                "version",
            )
    return codes


def _pieces(fields: Fields, exam: Exam) -> tuple[str, ...]:
    node = fields.take("pieces")
    if node is not None and node.kind == "scalar" and node.text == ALL:
        return tuple(piece.code for piece in exam.pieces)
    return fields.texts("pieces", refers_to="piece")


def _check_dates(context: ReadingContext, node: Node, new_session: Session) -> None:
    for opening in new_session.openings:
        ends = (opening.closes, opening.deposit_closes)
        if EPOCH not in (*ends, new_session.closes) and new_session.closes < max(ends):
            text = (
                f"session_closes vient avant la fin des inscriptions ou du dépôt ({opening.label}) "
                ": la reculer"
            )
            context.refuse(node.entries.get("session_closes", node), text)
            return


def _with_year_filled_in(new_session: Session) -> Session:
    """Replace `{year}` by the year in the label and the codes of a demonstration session."""
    if not new_session.demonstration:
        return new_session

    def fill(text: str) -> str:
        return text.replace("{year}", str(new_session.year))

    filled = (
        replace(opening, code_choice=fill(opening.code_choice), code_pdf=fill(opening.code_pdf))
        for opening in new_session.openings
    )
    return replace(new_session, label=fill(new_session.label), openings=tuple(filled))


def _is_offered(specialite: Specialite, year: int) -> bool:
    is_held = (specialite.first_session or year) <= year <= (specialite.last_session or year)
    return is_held and specialite.version_for(year) is not None
