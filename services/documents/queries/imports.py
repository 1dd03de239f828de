"""Reads imports for those who may publish in their académie: what may be chosen for a new one,
lists, one with its documents and refusals.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from services.chassis.database.staff_lists import (
    UNKNOWN_CURSOR,
    conditions_of,
    decode_cursor,
    encode_cursor,
    within,
)
from services.chassis.errors import FieldError, Invalid, NotFound, found
from services.chassis.exports import Table
from services.clock import YEARS, to_paris
from services.contracts import document_rules as rules
from services.contracts.api import staff_imports as api
from services.contracts.api.operation import answer_of
from services.contracts.page_sizes import ROWS_PAGE
from services.documents.domain.document_names import is_id
from services.documents.domain.import_columns import (
    COLUMNS,
    LINE_HEADING,
    REASON_HEADING,
    filled_lines,
    model_headings,
)
from services.documents.domain.import_csv import numero_in_cell
from services.documents.domain.recipients import Publisher, Scope
from services.documents.models import (
    Candidature,
    Document,
    ExamDocuments,
    Import,
    ImportDocument,
    ImportRefusal,
    Sending,
    db,
)
from services.documents.queries.candidatures import active_in, names_of, saved_versions
from services.documents.queries.documents import documents_beside, is_replaced_by
from services.french import short_date
from services.reference import academies

IS_WAITING = Sending.object_key.is_not(None)
"""As SQL: of a sending that is not checked yet."""
IS_INCOMPLETE = (ImportDocument.state == rules.READY, ImportDocument.reason.is_not(None))
"""As SQL: of a document to publish that lacks an épreuve which its candidate sits."""


def list_imports(publisher: Publisher, query: Mapping[str, Any]) -> api.Imports:
    """A page of those of the publisher's académies, the newest first. `query`: as the schema of the
    list loads it.

    Raises Invalid for a cursor that this API did not give.
    """
    own = within(publisher.academies, Import.academie_code)
    statement = select(Import).where(
        *conditions_of(api.IMPORTS, query, academie=Import.academie_code), own
    )
    if cursor := query.get("cursor"):
        statement = statement.where(tuple_(Import.created_at, Import.id) < _place(cursor))
    statement = statement.order_by(Import.created_at.desc(), Import.id.desc())
    with db.reading_for_staff() as transaction:
        rows, last = _page(transaction, statement, query["limit"])
    next_cursor = encode_cursor([last.created_at.isoformat(), last.id]) if last else None
    return api.Imports(items=import_answers(rows), next_cursor=next_cursor)


def _place(cursor: str) -> tuple[datetime, str]:
    """Raises Invalid."""
    at, last_id = decode_cursor(cursor, 2)
    with suppress(ValueError):
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is not None and instant.year in YEARS:
            return instant, last_id
    raise Invalid(errors=(FieldError("#/cursor", UNKNOWN_CURSOR),))


def import_answers(rows: Sequence[Import]) -> tuple[api.Import, ...]:
    """With what of them waits for its check."""
    files = func.sum(Sending.files_checked), func.sum(Sending.files)
    counts = select(Sending.import_id, func.count(Sending.object_key), *files).group_by(
        Sending.import_id
    )
    with db.reading() as transaction:
        counted = transaction.execute(counts.where(Sending.import_id.in_([row.id for row in rows])))
        checks = {import_id: numbers for import_id, *numbers in counted}
    return tuple(_import_answer(row, *checks.get(row.id, (0, 0, 0))) for row in rows)


def import_answer(row: Import) -> api.Import:
    return import_answers([row])[0]


def is_under_check(transaction: Session, import_id: str) -> bool:
    """Whether PDFs that were sent for the import wait for their check."""
    return (
        transaction.scalar(
            select(Sending.id).where(Sending.import_id == import_id, IS_WAITING).limit(1)
        )
        is not None
    )


def _import_answer(
    row: Import, to_check: int, files_checked: int, files_to_check: int
) -> api.Import:
    academie = academies.by_code(row.academie_code)
    label = (
        rules.NOTHING_READY
        if row.state == rules.CHECKED and not row.ready
        else rules.STATE_LABELS[row.state]
    )
    return answer_of(
        api.Import,
        row,
        type_label=rules.type_label(row.type, row.type_label),
        source_label=rules.SOURCE_LABELS[row.source],
        academie=row.academie_code,
        academie_label=academie.label if academie else row.academie_code,
        exam=row.exam_label,
        session=row.session_label,
        paragraphs=tuple(row.paragraphs),
        state_label=rules.UNDER_CHECK if to_check else label,
        unused_columns=tuple(row.unused_columns),
        to_check=to_check,
        files_checked=files_checked,
        files_to_check=files_to_check,
    )


def import_of(publisher: Publisher, import_id: str) -> Import:
    """An import of the publisher's académies. Raises NotFound."""
    with db.reading_for_staff() as transaction:
        return import_in(transaction, publisher, import_id)


def import_in(
    transaction: Session, publisher: Publisher, import_id: str, *, for_change: bool = False
) -> Import:
    """The same within a transaction; `for_change` locks its row."""
    row = (
        transaction.get(Import, import_id, with_for_update=for_change) if is_id(import_id) else None
    )
    if row is None or not publisher.may_publish_in(row.academie_code):
        raise NotFound()
    return row


def scope_of(row: Import) -> Scope:
    """For whom the import is."""
    return Scope(row.exam_label, row.session_label, row.academie_code)


def list_refusals(publisher: Publisher, import_id: str, cursor: int, limit: int) -> api.Refusals:
    """Why lines and files of an import are not published, in their order; `cursor`: the position of
    the last seen."""
    statement = select(ImportRefusal).where(
        ImportRefusal.import_id == import_id, ImportRefusal.position > cursor
    )
    statement = statement.order_by(ImportRefusal.position)
    with db.reading_for_staff() as transaction:
        import_in(transaction, publisher, import_id)
        rows, last = _page(transaction, statement, limit)
    items = tuple(answer_of(api.Refusal, row) for row in rows)
    return api.Refusals(items=items, next_cursor=last and str(last.position))


def lines_to_mend(transaction: Session, row: Import) -> Table:
    """Return the refused lines as they were sent, each with its number before and the reason
    behind."""
    refusals = select(ImportRefusal).where(
        ImportRefusal.import_id == row.id, ImportRefusal.cells.is_not(None)
    )
    rows = transaction.scalars(
        refusals.order_by(ImportRefusal.position).execution_options(yield_per=_PAGE_OF_MODEL)
    )
    width = len(row.headings)

    def line(refusal: ImportRefusal) -> list[str]:
        cells = refusal.cells or []
        return [
            refusal.place,
            *cells[:width],
            *[""] * (width - len(cells)),
            refusal.reason,
            *cells[width:],
        ]

    return Table(
        [LINE_HEADING, *row.headings, REASON_HEADING],
        (map(line, page) for page in rows.partitions()),
    )


def refused_lines(row: Import) -> dict[int, list[str]]:
    """The same lines by their numbers, the headings being line 1."""
    cells = select(ImportRefusal.place, ImportRefusal.cells).where(
        ImportRefusal.import_id == row.id
    )
    with db.reading() as transaction:
        sent = transaction.execute(cells.where(ImportRefusal.cells.is_not(None)))
        return {1: row.headings, **{int(place): cells or [] for place, cells in sent}}


def check_of(publisher: Publisher, import_id: str) -> api.ImportCheck:
    """What to know before an import is published. Raises NotFound."""
    with db.reading_for_staff() as transaction:
        row = import_in(transaction, publisher, import_id)
        earlier = select(Document.id).where(
            Document.candidature_id == ImportDocument.candidature_id
        )
        replaces = earlier.where(is_replaced_by(row.type, row.title)).exists()
        ready = (ImportDocument.import_id == import_id, ImportDocument.state == rules.READY)
        has_one = earlier.where(Document.type == row.type, Document.withdrawn_at.is_(None)).exists()
        number = func.count()
        absent = active_in(scope_of(row), *_absent_from(row)).subquery()
        counts = select(
            number.filter(*IS_INCOMPLETE).label("incomplete"),
            number.filter(replaces).label("replacing"),
            number.filter(has_one, ~replaces).label("beside"),
            select(func.count()).select_from(absent).scalar_subquery().label("absent"),
        )
        counted = transaction.execute(counts.where(*ready)).one()
        unattributed = _count_unattributed(transaction, import_id)
    return api.ImportCheck(
        incomplete=counted.incomplete,
        replacing=counted.replacing,
        beside=counted.beside,
        absent=counted.absent if row.type in rules.FOR_EVERYBODY else 0,
        unattributed=unattributed,
    )


def _count_unattributed(transaction: Session, import_id: str) -> int:
    """Return how many lines wait to be mended of which nobody can say whose they are."""
    shown = select(ImportRefusal.numero_candidat).where(
        ImportRefusal.import_id == import_id, ImportRefusal.cells.is_not(None)
    )
    return sum(numero_in_cell(text) is None for text in transaction.scalars(shown))


def _absent_from(row: Import) -> tuple[ColumnElement[bool], ...]:
    """As SQL over candidatures: of the spécialités of an import, without document or refused line
    in it."""
    own = select(ImportDocument.candidature_id).where(ImportDocument.import_id == row.id)
    refused = select(ImportRefusal.numero_candidat).where(ImportRefusal.import_id == row.id)
    of_specialite = Candidature.specialite.in_(
        select(Candidature.specialite).where(Candidature.id.in_(own))
    )
    return of_specialite, Candidature.id.not_in(own), Candidature.numero_candidat.not_in(refused)


def filled_model(
    transaction: Session,
    document_type: rules.DocumentType,
    scope: Scope,
    part: int,
    completed: Import | None = None,
) -> Table:
    """Return the model with the candidates of a session in an académie and the épreuves that they
    sit.

    `part`: 0 for all parts. `completed`: the import from which the candidates are absent, and which
    the lines complete; they then have the form of refused lines.
    """
    before = ("",) if completed else ()
    candidates = _of_parts(
        transaction, document_type, scope, *(_absent_from(completed) if completed else ())
    )
    lines = (
        [(*before, *line) for line in own] for number, _, own in candidates if part in (0, number)
    )
    return Table([*([LINE_HEADING] if completed else []), *model_headings(document_type)], lines)


def model_parts(publisher: Publisher, import_id: str) -> list[api.ModelPart]:
    """Of the model that is filled for an import. Raises NotFound."""
    lines: dict[tuple[int, str], list[int]] = {}
    with db.reading_for_staff(export=True) as transaction:
        row = import_in(transaction, publisher, import_id)
        if row.type not in COLUMNS:
            raise NotFound()
        for number, specialite, own in _of_parts(
            transaction, rules.DocumentType(row.type), scope_of(row)
        ):
            lines.setdefault((number, specialite), []).append(len(own))
    return [
        api.ModelPart(part=number, specialite=specialite, candidates=len(own), lines=sum(own))
        for (number, specialite), own in lines.items()
    ]


def _of_parts(
    transaction: Session,
    document_type: rules.DocumentType,
    scope: Scope,
    *conditions: ColumnElement[bool],
) -> Iterator[tuple[int, str, list[tuple[str, ...]]]]:
    """(part, spécialité, lines) of each candidate. A part is of one spécialité, and can be sent
    back."""
    part = 0
    length = 0
    specialite = None
    for saved in chain.from_iterable(saved_versions(transaction, active_in(scope, *conditions))):
        lines = list(filled_lines(document_type, saved))
        own = saved.confirmation.specialite or ""
        length += len(lines)
        if own != specialite or length > rules.MAX_LINES:
            part = part + 1
            length = len(lines)
            specialite = own
        yield part, own, lines


def list_import_documents(
    publisher: Publisher, import_id: str, cursor: int = 0, limit: int = ROWS_PAGE, **matching: Any
) -> api.ImportDocuments:
    """The documents of an import in their order, or those that are `matching` (values of columns,
    `is_incomplete`)."""
    conditions = IS_INCOMPLETE if matching.pop("is_incomplete", False) else ()
    of_import = (ImportDocument.import_id == import_id, ImportDocument.position > cursor)
    statement = (
        select(ImportDocument)
        .where(*of_import, *conditions)
        .filter_by(**matching)
        .order_by(ImportDocument.position)
    )
    with db.reading_for_staff() as transaction:
        row = import_in(transaction, publisher, import_id)
        rows, last = _page(transaction, statement, limit)
        ids = [document.candidature_id for document in rows]
        names = names_of(transaction, ids)
        beside = documents_beside(transaction, ids, row.type, row.title)
    items = (
        answer_of(
            api.ImportDocument,
            document,
            state_label=rules.DOCUMENT_STATE_LABELS[document.state],
            name=names.get(document.candidature_id, ""),
            **_beside(document, *beside.get(document.candidature_id, (None, False))),
        )
        for document in rows
    )
    return api.ImportDocuments(items=tuple(items), next_cursor=last and str(last.position))


def _beside(document: ImportDocument, other: Document | None, is_replaced: bool) -> dict[str, Any]:
    """What it is to replace or to stand beside, in French, or when another one has replaced it."""
    earlier = replaced_at = None
    if other and document.state == rules.READY:
        act = "Remplace" if is_replaced else "S'ajoute à"
        day = short_date(to_paris(other.published_at).date())
        earlier = f"{act} « {other.label} » du {day}"
    elif other and document.state == rules.PUBLISHED and is_replaced and other.id != document.id:
        replaced_at = other.published_at
    return {"earlier": earlier, "replaced_at": replaced_at}


def import_document_of(
    publisher: Publisher, import_id: str, document_id: str | None
) -> ImportDocument:
    """The document of that id, or the first of the import. Raises NotFound."""
    statement = (
        select(ImportDocument)
        .where(ImportDocument.import_id == import_id)
        .order_by(ImportDocument.position)
    )
    if document_id is not None:
        statement = statement.where(ImportDocument.id == document_id)
    with db.reading_for_staff() as transaction:
        import_in(transaction, publisher, import_id)
        return found(transaction.scalar(statement.limit(1)))


def _page(transaction: Session, statement: Select[Any], limit: int) -> tuple[Sequence[Any], Any]:
    """The first rows, and the last of them where others follow, else None."""
    rows = transaction.scalars(statement.limit(limit + 1)).all()
    return rows[:limit], rows[limit - 1] if len(rows) > limit else None


MAX_SESSIONS = 200
_PAGE_OF_MODEL = 500


def import_form(own_academies: frozenset[str] | None) -> api.ImportForm:
    """For a gestionnaire of these académies; None: all."""
    offered = (
        item for item in academies.all() if own_academies is None or item.code in own_academies
    )
    return api.ImportForm(
        types=(*map(_guide_type, rules.PUBLISHED_TYPES), *_declared_types()),
        academies=tuple(answer_of(api.AcademieChoice, academie) for academie in offered),
        sessions=_sessions(),
    )


def declared_label(exam: str, type: str) -> str | None:
    """Of a type for the exam of that label; None where it declares no such type."""
    return next(
        (item.label for item in _declared_types() if (item.exam, item.type) == (exam, type)), None
    )


def _guide_type(type: rules.DocumentType) -> api.DocumentTypeChoice:
    columns = tuple(answer_of(api.Column, column) for column in COLUMNS.get(type, ()))
    return api.DocumentTypeChoice(type=type.value, label=type.label, exam=None, columns=columns)


def _declared_types() -> tuple[api.DocumentTypeChoice, ...]:
    """Those of exams' catalogues, by exam, in the order of the catalogue."""
    with db.reading_for_staff() as transaction:
        return tuple(
            api.DocumentTypeChoice(type=code, label=label, exam=row.exam_label, columns=())
            for row in transaction.scalars(select(ExamDocuments).order_by(ExamDocuments.exam_label))
            for code, label in row.labels.items()
        )


def _sessions() -> tuple[api.SessionChoice, ...]:
    """Those for which there are candidatures, in their order; MAX_SESSIONS at most.

    Each is found by its own step in an index, whatever the number of candidatures.
    """
    columns = (Candidature.session_label, Candidature.exam_label)
    known: list[tuple[str, str]] = []
    with db.reading_for_staff() as transaction:
        while len(known) < MAX_SESSIONS:
            following = select(*columns).order_by(*columns)
            if known:
                following = following.where(tuple_(*columns) > known[-1])
            row = transaction.execute(following.limit(1)).one_or_none()
            if row is None:
                break
            known.append((row[0], row[1]))
    return tuple(api.SessionChoice(session=label, exam=exam) for label, exam in known)
