"""Pieces and candidatures as the API answers them, to their candidate and to staff."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from services.contracts.api import pieces as candidate_api
from services.contracts.api import staff_pieces as staff_api
from services.contracts.api.operation import answer_of
from services.pieces.domain.candidate_sentences import candidate_sentence
from services.pieces.domain.files import accepted_formats
from services.pieces.domain.group_validation import WARNING, validation_refusal
from services.pieces.domain.missing_pieces import pieces_to_do
from services.pieces.domain.period import Period, format_instant
from services.pieces.domain.piece import deletion_refusal, deposit_refusal
from services.pieces.models import Candidature, Deposit
from services.pieces.queries.pieces import PieceContext

AnyStaffPiece = TypeVar("AnyStaffPiece", bound=staff_api.StaffPiece)


def requested_pieces(
    candidature: Candidature,
    contexts: list[PieceContext],
    at: datetime,
    *,
    quota_sentence: str | None,
) -> candidate_api.RequestedPieces:
    """The pieces of a candidature by period, then by regroupement."""
    by_period = attrgetter("period")
    grouped = groupby(sorted(contexts, key=by_period), key=by_period)
    periods = tuple(_period(period, list(of_period), at) for period, of_period in grouped)
    return answer_of(
        candidate_api.RequestedPieces,
        candidature,
        periods=periods,
        warning=WARNING,
        quota_sentence=quota_sentence,
    )


def candidate_piece(context: PieceContext, at: datetime) -> candidate_api.Piece:
    """A piece for its candidate, with what they may do with it at `at`."""
    row = context.piece
    state = context.state
    sentence = candidate_sentence(state, at)
    return answer_of(
        candidate_api.Piece,
        row,
        required=row.required and row.asked,
        formats=tuple(format.value for format in accepted_formats(tuple(row.formats))),
        can_deposit=deposit_refusal(state, at) is None,
        can_delete=deletion_refusal(state, at) is None,
        deposit=_candidate_deposit(context.deposit, row.validated_at) if context.deposit else None,
        status=context.status.label if context.status else None,
        status_code=row.status,
        status_comment=row.status_comment if row.status else None,
        resubmit_sentence=sentence if row.resubmit_until and row.asked else None,
        sentence=sentence,
    )


def _by_group(contexts: list[PieceContext]) -> dict[str, list[PieceContext]]:
    """In the catalogue's order, which sorting by period kept."""
    groups: dict[str, list[PieceContext]] = {}
    for context in contexts:
        groups.setdefault(context.piece.group_code, []).append(context)
    return groups


def _period(period: Period, contexts: list[PieceContext], at: datetime) -> candidate_api.Period:
    groups = tuple(_group(code, of_group, at) for code, of_group in _by_group(contexts).items())
    return candidate_api.Period(sentence=period.sentence, open=period.is_open(at), groups=groups)


def _group(code: str, contexts: list[PieceContext], at: datetime) -> candidate_api.Group:
    reason = validation_refusal([context.state for context in contexts], at)
    return candidate_api.Group(
        code=code,
        label=contexts[0].piece.group_label,
        can_validate=reason is None,
        validate_blocked_reason=reason,
        pieces=tuple(candidate_piece(context, at) for context in contexts),
    )


def _candidate_deposit(row: Deposit, validated_at: datetime | None) -> candidate_api.Deposit:
    return answer_of(
        candidate_api.Deposit,
        row,
        deposited_sentence=f"Déposé le {format_instant(row.deposited_at)}",
        scan=row.scan_label,
        scan_code=row.scan,
        validated_at=validated_at,
        validated_sentence=f"Validé le {format_instant(validated_at)}" if validated_at else None,
    )


def all_pieces_to_do(
    candidatures: Iterable[Candidature], contexts: Iterable[PieceContext], at: datetime
) -> candidate_api.PiecesToDoOfAll:
    """What is left to do in each candidature, also where no piece is asked for; `contexts`: the
    pieces of all."""
    by_candidature: dict[str, list[PieceContext]] = {}
    for context in contexts:
        by_candidature.setdefault(context.candidature.id, []).append(context)
    to_do = []
    for row in candidatures:
        groups = _by_group(by_candidature.get(row.id, [])).values()
        states = [[context.state for context in group] for group in groups]
        to_do.append(pieces_to_do(row.id, row.version, states, at))
    return candidate_api.PiecesToDoOfAll(candidatures=tuple(to_do))


def staff_candidature(row: Candidature) -> staff_api.StaffCandidature:
    return answer_of(
        staff_api.StaffCandidature,
        row,
        academie=row.academie_code,
        session=row.session_name,
        exam=row.exam_code,
    )


def staff_piece(context: PieceContext) -> staff_api.StaffPiece:
    """A piece for staff: an item of the list."""
    return staff_piece_as(staff_api.StaffPiece, context)


def neighbours(
    previous: PieceContext | None, following: PieceContext | None, left: int | None
) -> staff_api.Neighbours:
    return staff_api.Neighbours(
        previous=staff_piece(previous) if previous else None,
        following=staff_piece(following) if following else None,
        left=left,
    )


def staff_piece_as(
    answer: type[AnyStaffPiece], context: PieceContext, **others: object
) -> AnyStaffPiece:
    """A piece for staff; `others`: what that answer says besides."""
    row = context.piece
    return answer_of(
        answer,
        row,
        etag=context.etag,
        candidature=staff_candidature(context.candidature),
        regroupement=staff_api.Regroupement(code=row.group_code, label=row.group_label),
        deposit_opens=context.period.opens,
        deposit_closes=context.period.closes,
        status_label=context.status.label if context.status else None,
        comment=row.status_comment,
        deposit=answer_of(staff_api.StaffDeposit, context.deposit) if context.deposit else None,
        **others,
    )
