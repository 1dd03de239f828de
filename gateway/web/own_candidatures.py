"""A candidate's candidatures as « Mes justificatifs » and « Mes documents » list them: what
registrations has saved, joined with the copy that pieces or documents keeps.

A copy follows registrations' events. Until its worker has done so, it does not have what was just
saved, and still has what was just withdrawn. It alone has the candidatures whose session has
closed, which registrations lists no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from flask import url_for

from gateway.clients.base import optional_answer
from gateway.sessions import visitor
from services.contracts.api import documents, pieces
from services.contracts.api.operation import CandidatureLabels
from services.contracts.api.registrations import Tile, list_candidatures

NOT_ANSWERING = (
    "Le service des inscriptions ne répond pas pour le moment : il peut manquer des informations "
    "ici."
)
Copy = pieces.Tile | documents.Tile


@dataclass(frozen=True)
class OwnCandidature:
    """A candidature of one of these lists.

    `version`: the one that was saved last, None where registrations does not say.
    `is_in_preparation`: the copy does not have that version yet.
    """

    labels: CandidatureLabels
    version: int | None = None
    is_ecartee: bool = False
    is_in_preparation: bool = False

    @property
    def id(self) -> str:
        return self.labels.id

    @property
    def lines(self) -> tuple[str, str]:
        """Session and académie, then the spécialité."""
        labels = self.labels
        return f"{labels.session_label} – {labels.academie_label}", labels.specialite or ""

    @property
    def badges(self) -> list[dict[str, str]]:
        if self.is_ecartee:
            return [{"label": "Écartée", "severity": "warning"}]
        if self.is_in_preparation:
            return [{"label": "En préparation", "severity": "info"}]
        return []

    @property
    def detail(self) -> str:
        return f"N° inscription {self.labels.numero_inscription}"

    @property
    def confirmation_url(self) -> str:
        """The address of « Visualiser/Imprimer », which needs no copy."""
        return url_for("documents.confirmation", candidature_id=self.id)


@dataclass(frozen=True)
class Registered:
    """What registrations says of a candidate's candidatures. `is_known`: False while it does not
    answer, when the copies are shown as they are."""

    is_known: bool
    tiles: tuple[Tile, ...] = ()
    ecartees: tuple[CandidatureLabels, ...] = ()
    withdrawn_ids: tuple[str, ...] = ()

    def tile(self, candidature_id: str) -> Tile | None:
        """Return an active candidature whose session has not closed."""
        return next((tile for tile in self.tiles if tile.id == candidature_id), None)

    def has_withdrawn(self, candidature_id: str) -> bool:
        return candidature_id in self.withdrawn_ids

    def has_set_aside(self, candidature_id: str) -> bool:
        """Whether its service gestionnaire did so."""
        return any(ecartee.id == candidature_id for ecartee in self.ecartees)

    def with_pieces(self, copies: Sequence[pieces.Tile]) -> tuple[OwnCandidature, ...]:
        """List the candidatures that pieces are asked for, newest first."""
        return tuple(
            candidature for candidature in self._joined(copies) if not candidature.is_ecartee
        )

    def with_documents(self, copies: Sequence[documents.Tile]) -> tuple[OwnCandidature, ...]:
        """List the candidatures that have documents, newest first; also those set aside."""
        return tuple(self._joined(copies))

    def _joined(self, copies: Sequence[Copy]) -> Iterator[OwnCandidature]:
        copied = {copy.id for copy in copies}
        for tile in reversed(self.tiles):
            if tile.id not in copied:
                yield OwnCandidature(tile, tile.version, is_in_preparation=True)
        for ecartee in reversed(self.ecartees):
            if ecartee.id not in copied:
                yield OwnCandidature(ecartee, is_ecartee=True)
        for copy in copies:
            if not self.has_withdrawn(copy.id):
                yield self._of_copy(copy)

    def _of_copy(self, copy: Copy) -> OwnCandidature:
        if tile := self.tile(copy.id):
            is_behind = is_older(copy.version, tile)
            return OwnCandidature(tile, tile.version, is_in_preparation=is_behind)
        is_marked = isinstance(copy, documents.Tile) and copy.ecartee
        return OwnCandidature(copy, is_ecartee=is_marked or self.has_set_aside(copy.id))


def read_registered() -> Registered:
    """Ask registrations, within the time that a page has for optional calls."""
    answer = optional_answer(partial(visitor.call, list_candidatures()), None)
    if answer is None:
        return Registered(is_known=False)
    return Registered(
        is_known=True,
        tiles=answer.candidatures,
        ecartees=answer.ecartees,
        withdrawn_ids=answer.withdrawn_ids,
    )


def is_older(copied: int | None, tile: Tile) -> bool:
    """Whether a copy has an older version than was saved; not where the copy does not say."""
    return copied is not None and copied < tile.version
