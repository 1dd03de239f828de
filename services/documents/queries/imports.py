"""Reads imports for those who may publish in their académie: what may be chosen for a new one,
lists, one with its documents and refusals."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from services.chassis.cursors import encode_cursor
from services.chassis.database.staff_lists import (
    UNKNOWN_CURSOR,
    conditions_of,
    place_of_cursor,
    within,
)
from services.chassis.errors import FieldError, Invalid, NotFound, found
from services.chassis.exports import Table
from services.clock import YEARS, to_paris
from services.contracts import document_rules as rules
from services.contracts.api import staff_imports as api
from services.contracts.api.staff_lists import ListPage
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
from services.documents.queries.documents import (
    OtherDocument,
    documents_beside,
    is_replaced_by,
)
from services.french import short_date
from services.reference import academies

IS_WAITING = Sending.object_key.is_not(None)
"""The condition that a sending is not checked yet."""
IS_INCOMPLETE = (ImportDocument.state == rules.READY, ImportDocument.reason.is_not(None))
"""The conditions that a document is to be published and lacks an épreuve which its candidate
sits."""
Row = TypeVar("Row")


@dataclass(frozen=True)
class _Page(Generic[Row]):
    """Some rows of a list. `last`: the last of them where others follow, else None."""

    rows: Sequence[Row]
    last: Row | None


@dataclass(frozen=True)
class _Checks:
    """The progress of the check of an import's PDFs. `waiting`: sendings that are not checked yet;
    `files_checked` of `files` are looked into."""

    waiting: int = 0
    files_checked: int = 0
    files: int = 0


def list_imports(transaction: Session, publisher: Publisher, query: ListPage) -> api.Imports:
    """List a page of the imports of the publisher's académies, the newest first.

    Raises Invalid for a cursor that this API did not give.
    """
    own = within(publisher.academies, Import.academie_code)
    statement = select(Import).where(
        *conditions_of(api.IMPORTS, query.filters, academie=Import.academie_code), own
    )
    if query.cursor:
        statement = statement.where(tuple_(Import.created_at, Import.id) < _place(query.cursor))
    statement = statement.order_by(Import.created_at.desc(), Import.id.desc())
    page = _page(transaction, statement, query.limit)
    last = page.last
    return api.Imports(
        items=_import_answers(transaction, page.rows),
        next_cursor=encode_cursor([last.created_at.isoformat(), last.id]) if last else None,
    )


def _place(cursor: str) -> tuple[datetime, str]:
    """Return the instant and the id of the import that a cursor names. Raises Invalid."""
    at, last_id = place_of_cursor(cursor, 2)
    with suppress(ValueError):
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is not None and instant.year in YEARS:
            return instant, last_id
    raise Invalid(errors=(FieldError("#/cursor", UNKNOWN_CURSOR),))


def import_answer(transaction: Session, row: Import) -> api.Import:
    """Return an import as it is answered, with what of it waits for its check."""
    [answer] = _import_answers(transaction, [row])
    return answer


def _import_answers(transaction: Session, rows: Sequence[Import]) -> tuple[api.Import, ...]:
    counts = (
        select(
            Sending.import_id,
            func.count(Sending.object_key).label("waiting"),
            func.sum(Sending.files_checked).label("files_checked"),
            func.sum(Sending.files).label("files"),
        )
        .where(Sending.import_id.in_([row.id for row in rows]))
        .group_by(Sending.import_id)
    )
    checks = {
        counted.import_id: _Checks(counted.waiting, counted.files_checked, counted.files)
        for counted in transaction.execute(counts)
    }
    return tuple(_import_answer(row, checks.get(row.id, _Checks())) for row in rows)


def _import_answer(row: Import, checks: _Checks) -> api.Import:
    academie = academies.by_code(row.academie_code)
    return api.Import(
        id=row.id,
        type=row.type,
        type_label=rules.type_label(row.type, row.type_label),
        source=row.source,
        source_label=rules.SOURCE_LABELS[row.source],
        academie=row.academie_code,
        academie_label=academie.label if academie else row.academie_code,
        exam=row.exam_label,
        session=row.session_label,
        title=row.title,
        paragraphs=tuple(row.paragraphs),
        state=row.state,
        state_label=_state_label(row, checks),
        revision=row.revision,
        filename=row.filename,
        unused_columns=tuple(row.unused_columns),
        unfilled=row.unfilled,
        ready=row.ready,
        refused=row.refused,
        to_check=checks.waiting,
        files_checked=checks.files_checked,
        files_to_check=checks.files,
        published=row.published,
        failed=row.failed,
        withdrawn=row.withdrawn,
        created_at=row.created_at,
        publication_at=row.publication_at,
        ended_at=row.ended_at,
        withdrawal_reason=row.withdrawal_reason,
    )


def _state_label(row: Import, checks: _Checks) -> str:
    if checks.waiting:
        return rules.UNDER_CHECK
    if row.state == rules.CHECKED and not row.ready:
        return rules.NOTHING_READY
    return rules.STATE_LABELS[row.state]


def is_under_check(transaction: Session, import_id: str) -> bool:
    """Tell whether PDFs that were sent for the import wait for their check."""
    waiting = select(Sending.id).where(Sending.import_id == import_id, IS_WAITING).limit(1)
    return transaction.scalar(waiting) is not None


def import_of(publisher: Publisher, import_id: str) -> Import:
    """Return an import of the publisher's académies. Raises NotFound."""
    with db.reading_for_staff() as transaction:
        return import_in(transaction, publisher, import_id)


def import_in(
    transaction: Session, publisher: Publisher, import_id: str, *, for_change: bool = False
) -> Import:
    """Return an import of the publisher's académies; `for_change` locks its row.

    Raises NotFound.
    """
    if not is_id(import_id):
        raise NotFound()
    row = transaction.get(Import, import_id, with_for_update=for_change)
    if row is None or not publisher.may_publish_in(row.academie_code):
        raise NotFound()
    return row


def scope_of(row: Import) -> Scope:
    """Return for whom an import is."""
    return Scope(row.exam_label, row.session_label, row.academie_code)


def list_refusals(
    transaction: Session, publisher: Publisher, import_id: str, query: api.RowsQuery
) -> api.Refusals:
    """List why lines and files of an import are not published, in their order.

    The cursor is the position of the last one that was seen. Raises NotFound.
    """
    import_in(transaction, publisher, import_id)
    statement = (
        select(ImportRefusal)
        .where(ImportRefusal.import_id == import_id, ImportRefusal.position > query.cursor)
        .order_by(ImportRefusal.position)
    )
    page = _page(transaction, statement, query.limit)
    items = [
        api.Refusal(place=row.place, numero_candidat=row.numero_candidat, reason=row.reason)
        for row in page.rows
    ]
    return api.Refusals(
        items=tuple(items), next_cursor=str(page.last.position) if page.last else None
    )


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
    """Return the refused lines as they were sent, by their numbers, the headings being line 1."""
    cells = select(ImportRefusal.place, ImportRefusal.cells).where(
        ImportRefusal.import_id == row.id
    )
    with db.reading() as transaction:
        sent = transaction.execute(cells.where(ImportRefusal.cells.is_not(None)))
        return {1: row.headings, **{int(place): cells or [] for place, cells in sent}}


def check_of(transaction: Session, publisher: Publisher, import_id: str) -> api.ImportCheck:
    """Count what is to be known before an import is published. Raises NotFound."""
    row = import_in(transaction, publisher, import_id)
    earlier = select(Document.id).where(Document.candidature_id == ImportDocument.candidature_id)
    replaces = earlier.where(is_replaced_by(row.type, row.title)).exists()
    has_one = earlier.where(Document.type == row.type, Document.withdrawn_at.is_(None)).exists()
    number = func.count()
    absent = active_in(scope_of(row), *_absent_from(row)).subquery()
    counts = select(
        number.filter(*IS_INCOMPLETE).label("incomplete"),
        number.filter(replaces).label("replacing"),
        number.filter(has_one, ~replaces).label("beside"),
        select(func.count()).select_from(absent).scalar_subquery().label("absent"),
    ).where(ImportDocument.import_id == import_id, ImportDocument.state == rules.READY)
    counted = transaction.execute(counts).one()
    return api.ImportCheck(
        incomplete=counted.incomplete,
        replacing=counted.replacing,
        beside=counted.beside,
        absent=counted.absent if row.type in rules.FOR_EVERYBODY else 0,
        unattributed=_count_unattributed(transaction, import_id),
    )


def _count_unattributed(transaction: Session, import_id: str) -> int:
    """Return how many lines wait to be mended of which nobody can say whose they are."""
    shown = select(ImportRefusal.numero_candidat).where(
        ImportRefusal.import_id == import_id, ImportRefusal.cells.is_not(None)
    )
    return sum(numero_in_cell(text) is None for text in transaction.scalars(shown))


def _absent_from(row: Import) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a candidature is of the spécialités of an import and has neither a
    document nor a refused line in it."""
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
    headings = model_headings(document_type)
    if completed is None:
        candidates = _of_parts(transaction, document_type, scope)
        return Table(headings, (own.lines for own in candidates if part in (0, own.part)))
    candidates = _of_parts(transaction, document_type, scope, *_absent_from(completed))
    lines = ([("", *line) for line in own.lines] for own in candidates if part in (0, own.part))
    return Table((LINE_HEADING, *headings), lines)


def model_parts(transaction: Session, publisher: Publisher, import_id: str) -> list[api.ModelPart]:
    """List the parts of the model that is filled for an import. Raises NotFound."""
    row = import_in(transaction, publisher, import_id)
    if row.type not in COLUMNS:
        raise NotFound()
    lines: dict[tuple[int, str], list[int]] = {}
    for own in _of_parts(transaction, rules.DocumentType(row.type), scope_of(row)):
        lines.setdefault((own.part, own.specialite), []).append(len(own.lines))
    return [
        api.ModelPart(part=part, specialite=specialite, candidates=len(own), lines=sum(own))
        for (part, specialite), own in lines.items()
    ]


@dataclass(frozen=True)
class _CandidateLines:
    """A candidate's lines of a filled model, in the part that has them."""

    part: int
    specialite: str
    lines: list[tuple[str, ...]]


def _of_parts(
    transaction: Session,
    document_type: rules.DocumentType,
    scope: Scope,
    *conditions: ColumnElement[bool],
) -> Iterator[_CandidateLines]:
    """Yield the lines of each candidate that `conditions` hold of. A part is of one spécialité, and
    can be sent back."""
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
        yield _CandidateLines(part, own, lines)


def list_import_documents(
    transaction: Session, publisher: Publisher, import_id: str, query: api.DocumentsQuery
) -> api.ImportDocuments:
    """List a page of the documents of an import in their order, or of those that lack an épreuve.

    The cursor is the position of the last one that was seen. Raises NotFound.
    """
    row = import_in(transaction, publisher, import_id)
    statement = _documents_of(row).where(ImportDocument.position > query.cursor)
    if query.is_incomplete:
        statement = statement.where(*IS_INCOMPLETE)
    return _document_answers(transaction, row, _page(transaction, statement, query.limit))


def search_import_documents(
    transaction: Session, publisher: Publisher, import_id: str, numero_candidat: str
) -> api.ImportDocuments:
    """List the documents of an import that are of one N° candidat. Raises NotFound."""
    row = import_in(transaction, publisher, import_id)
    statement = _documents_of(row).where(ImportDocument.numero_candidat == numero_candidat)
    return _document_answers(transaction, row, _page(transaction, statement, ROWS_PAGE))


def _documents_of(row: Import) -> Select[ImportDocument]:
    of_import = select(ImportDocument).where(ImportDocument.import_id == row.id)
    return of_import.order_by(ImportDocument.position)


def _document_answers(
    transaction: Session, row: Import, page: _Page[ImportDocument]
) -> api.ImportDocuments:
    ids = [document.candidature_id for document in page.rows]
    names = names_of(transaction, ids)
    others = documents_beside(transaction, ids, row.type, row.title)
    items = [
        _document_answer(
            document, names.get(document.candidature_id, ""), others.get(document.candidature_id)
        )
        for document in page.rows
    ]
    return api.ImportDocuments(
        items=tuple(items), next_cursor=str(page.last.position) if page.last else None
    )


def _document_answer(
    document: ImportDocument, name: str, other: OtherDocument | None
) -> api.ImportDocument:
    return api.ImportDocument(
        id=document.id,
        numero_candidat=document.numero_candidat,
        name=name,
        earlier=_earlier(document, other),
        replaced_at=_replaced_at(document, other),
        state=document.state,
        state_label=rules.DOCUMENT_STATE_LABELS[document.state],
        reason=document.reason,
        filename=document.filename,
    )


def _earlier(document: ImportDocument, other: OtherDocument | None) -> str | None:
    """Say which document one that is to be published replaces or stands beside, in French."""
    if other is None or document.state != rules.READY:
        return None
    act = "Remplace" if other.is_replaced else "S'ajoute à"
    day = short_date(to_paris(other.document.published_at).date())
    return f"{act} « {other.document.label} » du {day}"


def _replaced_at(document: ImportDocument, other: OtherDocument | None) -> datetime | None:
    """Return when another document has replaced one that was published; None where none has."""
    if other is None or document.state != rules.PUBLISHED or not other.is_replaced:
        return None
    return other.document.published_at if other.document.id != document.id else None


def import_document_of(
    publisher: Publisher, import_id: str, document_id: str | None
) -> ImportDocument:
    """Return the document of that id, or the first of the import. Raises NotFound."""
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


def _page(transaction: Session, statement: Select[Row], limit: int) -> _Page[Row]:
    """Return the first `limit` rows of a statement."""
    rows = transaction.scalars(statement.limit(limit + 1)).all()
    return _Page(rows[:limit], rows[limit - 1] if len(rows) > limit else None)


MAX_SESSIONS = 200
_PAGE_OF_MODEL = 500


def import_form(transaction: Session, own_academies: frozenset[str] | None) -> api.ImportForm:
    """Return what a gestionnaire of these académies (None: all) may choose for a new import."""
    offered = [
        api.AcademieChoice(code=academie.code, label=academie.label)
        for academie in academies.all()
        if own_academies is None or academie.code in own_academies
    ]
    return api.ImportForm(
        types=(*map(_guide_type, rules.PUBLISHED_TYPES), *_declared_types(transaction)),
        academies=tuple(offered),
        sessions=_sessions(transaction),
    )


def declared_label(exam: str, type: str) -> str | None:
    """Return how the exam of that label calls a type; None where it declares no such type."""
    with db.reading_for_staff() as transaction:
        for declared in _declared_types(transaction):
            if (declared.exam, declared.type) == (exam, type):
                return declared.label
    return None


def _guide_type(type: rules.DocumentType) -> api.DocumentTypeChoice:
    columns = [
        api.Column(label=column.label, hint=column.hint, required=column.required)
        for column in COLUMNS.get(type, ())
    ]
    return api.DocumentTypeChoice(
        type=type.value, label=type.label, exam=None, columns=tuple(columns)
    )


def _declared_types(transaction: Session) -> list[api.DocumentTypeChoice]:
    """List the types that exams' catalogues declare, by exam, in the order of the catalogue."""
    exams = transaction.scalars(select(ExamDocuments).order_by(ExamDocuments.exam_label))
    return [
        api.DocumentTypeChoice(type=code, label=label, exam=row.exam_label, columns=())
        for row in exams
        for code, label in row.labels.items()
    ]


def _sessions(transaction: Session) -> tuple[api.SessionChoice, ...]:
    """List the sessions for which there are candidatures, in their order; MAX_SESSIONS at most.

    Each is found by its own step in an index, whatever the number of candidatures.
    """
    columns = (Candidature.session_label, Candidature.exam_label)
    known: list[tuple[str, str]] = []
    while len(known) < MAX_SESSIONS:
        following = select(*columns).order_by(*columns)
        if known:
            following = following.where(tuple_(*columns) > known[-1])
        row = transaction.execute(following.limit(1)).one_or_none()
        if row is None:
            break
        known.append((row[0], row[1]))
    return tuple(api.SessionChoice(session=label, exam=exam) for label, exam in known)
