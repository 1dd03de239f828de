"""Events published by pieces: a candidate is reminded of missing pieces, or told that some are «
Non Conforme ».

Instants are ISO 8601 with offset, in UTC. Labels are ready to be shown (French).
"""

from dataclasses import dataclass

from services.contracts.base import Contract
from services.contracts.page_labels import VALIDATE
from services.contracts.piece_rules import Status


@dataclass(frozen=True)
class MissingPiece:
    """`comment`: what the gestionnaire wrote where it is « Non Conforme » (`refused`);
    `to_validate`: it is deposited; `asked_again_for`: the version of the candidature for which it
    has to be given anew."""

    code: str
    label: str
    refused: bool
    comment: str | None
    to_validate: bool = False
    asked_again_for: int | None = None

    @property
    def remark(self) -> str:
        """« Non Conforme : illisible », on one line; what is left to do; empty where it was never
        deposited."""
        if self.refused:
            comment = " ".join((self.comment or "").split())
            return f"{Status.NON_COMPLIANT.label} : {comment}".removesuffix(" : ")
        if self.to_validate:
            return f"Déposée : à valider par « {VALIDATE} »"
        return (
            f"À signer à nouveau pour la version {self.asked_again_for}"
            if self.asked_again_for
            else ""
        )


@dataclass(frozen=True)
class MissingGroup:
    """Pieces of a regroupement that can be deposited until `deposit_closes`, exclusive."""

    label: str
    deposit_closes: str
    pieces: tuple[MissingPiece, ...]


@dataclass(frozen=True)
class IncompleteCandidature:
    """`version`: the newest that pieces knows; what is missing is of this version."""

    candidature_id: str
    version: int
    groups: tuple[MissingGroup, ...]


class PiecesReminded(
    Contract, type="pieces.pieces_reminded.v1", consumers=("documents", "registrations")
):
    """A candidate is reminded of all pieces that are missing at `reminded_at`, of one candidature
    or of several.

    registrations sends one mail, documents makes the « Relance de pièces justificatives » of each
    candidature.
    """

    candidate_id: str
    reminded_at: str
    candidatures: tuple[IncompleteCandidature, ...]


class PiecesRefused(Contract, type="pieces.pieces_refused.v1", consumers=("registrations",)):
    """Pieces of a candidature were found « Non Conforme », in a session whose candidates are told
    so by mail."""

    candidate_id: str
    refused_at: str
    candidature: IncompleteCandidature


class PiecesStateChanged(Contract, type="pieces.state_changed.v1", consumers=("registrations",)):
    """Something has changed in the pieces of a candidature: they are at `state` (a `PiecesState`;
    None: none is asked for). A higher `number` is newer: it is counted for each candidature, from
    the microseconds of the system's clock on."""

    candidature_id: str
    state: str | None
    number: int
