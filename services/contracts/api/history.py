"""« Historique » of a candidature, for its candidate: what a service did or heard of, the same for each service that
keeps a part of it."""

from typing import Annotated

from msgspec import Meta

from services.contracts import page_labels
from services.contracts.api.drafts import Change
from services.contracts.api.operation import CANDIDATE, Answered, Callers, Instant, one_of

TITLE = page_labels.HISTORY
AUTHORS = ("candidate", "staff", "service")
LONGEST_HISTORY = 1000  # events of a service: the newest


class Event(Answered):
    """Something that happened. Nobody is named in it but by `author`, the kind of who acted."""

    at: Instant
    act: Annotated[str, Meta(description="« candidature.saved », « deposit.made » …")]
    author: Annotated[str, one_of(AUTHORS)]
    title: Annotated[str | None, Meta(description="De la pièce, du document, du mail")] = None
    version: Annotated[int | None, Meta(description="De la candidature")] = None
    text: Annotated[str | None, Meta(description="Motif ou commentaire destiné au candidat")] = None
    state: Annotated[str | None, Meta(description="Statut donné à la pièce ; état du mail")] = None
    changes: Annotated[tuple[Change, ...], Meta(description="Ce que la version a changé")] = ()


class History(Answered):
    """`label`: of the candidature, by registrations alone."""

    events: Annotated[tuple[Event, ...], Meta(description="Le plus récent en premier")]
    label: str | None = None


read_history = Callers(CANDIDATE).get(
    "/v1/candidatures/<candidature_id>/history",
    History,
    f"What this service knows to have happened to a candidature, in any state; the newest {LONGEST_HISTORY}.",
)


def newest_first(events: list[Event]) -> tuple[Event, ...]:
    """In the order of their instants; of one instant, the one that comes later in `events` is the newer."""
    return tuple(sorted(events, key=lambda event: event.at)[::-1][:LONGEST_HISTORY])
