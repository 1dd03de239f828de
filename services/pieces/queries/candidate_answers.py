"""Pieces as the API answers them to their candidate."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from services.contracts.api import pieces as api
from services.pieces.domain.candidate_sentences import candidate_sentence
from services.pieces.domain.files import accepted_formats
from services.pieces.domain.group_validation import WARNING, validation_refusal
from services.pieces.domain.missing_pieces import ToDo, left_to_do
from services.pieces.domain.period import Period, format_instant
from services.pieces.domain.piece import deletion_refusal, deposit_refusal
from services.pieces.models import Candidature, Deposit
from services.pieces.queries.pieces import PieceContext


def tile_of(row: Candidature) -> api.Tile:
    return api.Tile(
        id=row.id,
        exam_label=row.exam_label,
        session_label=row.session_label,
        academie_label=row.academie_label,
        specialite=row.specialite,
        numero_inscription=row.numero_inscription,
        version=row.version,
    )


def requested_pieces(
    candidature: Candidature,
    contexts: list[PieceContext],
    at: datetime,
    *,
    quota_sentence: str | None,
) -> api.RequestedPieces:
    """Answer the pieces of a candidature by period, then by regroupement."""
    by_period = attrgetter("period")
    grouped = groupby(sorted(contexts, key=by_period), key=by_period)
    periods = tuple(_period(period, list(of_period), at) for period, of_period in grouped)
    return api.RequestedPieces(
        id=candidature.id,
        exam_label=candidature.exam_label,
        session_label=candidature.session_label,
        academie_label=candidature.academie_label,
        specialite=candidature.specialite,
        numero_inscription=candidature.numero_inscription,
        version=candidature.version,
        periods=periods,
        warning=WARNING,
        quota_sentence=quota_sentence,
    )


def candidate_piece(context: PieceContext, at: datetime) -> api.Piece:
    """Answer a piece with what its candidate may do with it at `at`."""
    row = context.piece
    state = context.state
    formats = accepted_formats(tuple(row.formats))
    sentence = candidate_sentence(state, at)
    return api.Piece(
        id=row.id,
        code=row.code,
        label=row.label,
        asked=row.asked,
        required=row.required and row.asked,
        formats=tuple(format.value for format in formats),
        form=row.form,
        can_deposit=deposit_refusal(state, at) is None,
        can_delete=deletion_refusal(state, at) is None,
        deposit=_deposit(context.deposit, row.validated_at) if context.deposit else None,
        status=context.status.label if context.status else None,
        status_code=row.status,
        status_comment=row.status_comment if row.status else None,
        received_on=row.received_on,
        resubmit_until=row.resubmit_until,
        resubmit_sentence=sentence if row.resubmit_until and row.asked else None,
        sentence=sentence,
    )


def pieces_to_do_of_all(
    candidatures: Iterable[Candidature], contexts: Iterable[PieceContext], at: datetime
) -> api.PiecesToDoOfAll:
    """Answer what is left to do at `at` in each candidature, also where no piece is asked for.

    `contexts`: the pieces of all of them.
    """
    by_candidature: dict[str, list[PieceContext]] = {}
    for context in contexts:
        by_candidature.setdefault(context.candidature.id, []).append(context)
    to_do = []
    for row in candidatures:
        groups = _by_group(by_candidature.get(row.id, [])).values()
        states = [[context.state for context in group] for group in groups]
        to_do.append(_pieces_to_do(row, left_to_do(states, at)))
    return api.PiecesToDoOfAll(candidatures=tuple(to_do))


def _pieces_to_do(row: Candidature, to_do: ToDo) -> api.PiecesToDo:
    return api.PiecesToDo(
        candidature_id=row.id,
        version=row.version,
        missing=to_do.missing,
        refused=to_do.refused,
        to_validate=to_do.to_validate,
        late=to_do.late,
        until=to_do.until,
        opens=to_do.opens,
        periods=tuple(
            api.DepositPeriod(opens=period.opens, closes=period.closes) for period in to_do.periods
        ),
        resubmissions=tuple(
            api.Resubmission(label=piece.label, until=piece.deadline) for piece in to_do.again
        ),
    )


def _by_group(contexts: list[PieceContext]) -> dict[str, list[PieceContext]]:
    """Return the pieces by the code of their regroupement, in the order they are given in: the
    catalogue's."""
    groups: dict[str, list[PieceContext]] = {}
    for context in contexts:
        groups.setdefault(context.piece.group_code, []).append(context)
    return groups


def _period(period: Period, contexts: list[PieceContext], at: datetime) -> api.Period:
    groups = tuple(_group(code, of_group, at) for code, of_group in _by_group(contexts).items())
    return api.Period(sentence=period.sentence, open=period.is_open(at), groups=groups)


def _group(code: str, contexts: list[PieceContext], at: datetime) -> api.Group:
    reason = validation_refusal([context.state for context in contexts], at)
    return api.Group(
        code=code,
        label=contexts[0].piece.group_label,
        can_validate=reason is None,
        validate_blocked_reason=reason,
        pieces=tuple(candidate_piece(context, at) for context in contexts),
    )


def _deposit(row: Deposit, validated_at: datetime | None) -> api.Deposit:
    return api.Deposit(
        id=row.id,
        filename=row.filename,
        size=row.size,
        deposited_at=row.deposited_at,
        deposited_sentence=f"Déposé le {format_instant(row.deposited_at)}",
        scan=row.scan_label,
        scan_code=row.scan,
        converted=row.converted,
        pages=row.pages,
        look=tuple(row.look),
        validated_at=validated_at,
        validated_sentence=f"Validé le {format_instant(validated_at)}" if validated_at else None,
        version=row.version,
    )
