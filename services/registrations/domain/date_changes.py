"""A change of an opening's dates: what is wrong with it, and what it takes from those whom it
concerns; by how much an incident extends the periods that it cut."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from services.chassis.errors import FieldError
from services.clock import to_paris
from services.contracts.api.administration import OpeningDates
from services.french import short_instant, shown_end, time_left

_PERIODS = {
    "registration": (
        "opens",
        "closes",
        "des inscriptions",
        "Qui s'inscrit en ce moment ne le pourra plus.",
    ),
    "deposit": (
        *("deposit_opens", "deposit_closes", "du dépôt des pièces"),
        "Qui dépose ses pièces en ce moment ne le pourra plus.",
    ),
}
_DAY = timedelta(days=1)
REASON_MISSING = FieldError("#/reason", "Indiquez le motif du changement.")


def disorder(dates: OpeningDates) -> Iterator[FieldError]:
    if dates.opens >= dates.closes:
        yield FieldError("#/closes", "La fermeture doit suivre l'ouverture.")
    if dates.deposit_opens >= dates.deposit_closes:
        yield FieldError("#/deposit_closes", "La fin du dépôt doit suivre son début.")


def losses(before: OpeningDates, after: OpeningDates, at: datetime) -> Iterator[str]:
    """A sentence for each thing that candidates have before and not after, to be read before it is
    changed."""
    for opens, closes, period, sentence in _PERIODS.values():
        old, new = ((getattr(dates, opens), getattr(dates, closes)) for dates in (before, after))
        if new[0] > old[0]:
            yield (
                f"L'ouverture {period} est reculée du {short_instant(old[0])} au "
                f"{short_instant(new[0])}."
            )
        if new[1] < old[1]:
            ends = (short_instant(shown_end(end)) for end in (old[1], new[1]))
            yield "La fermeture {} est avancée du {} au {}.".format(period, *ends)
        if new[1] - new[0] < old[1] - old[0]:
            lasted = time_left(old[1] - old[0])
            lasts = time_left(new[1] - new[0])
            yield f"La durée {period} passe de {lasted} à {lasts}."
        if new[1] != old[1] and new[1] <= at:
            yield f"La fermeture {period} est déjà passée : {short_instant(shown_end(new[1]))}."
        if old[0] <= at < old[1] and not new[0] <= at < new[1]:
            yield sentence


@dataclass(frozen=True)
class Cut:
    """`periods`, of PERIOD_LABELS, could not be used within [begins, ends)."""

    begins: datetime
    ends: datetime
    periods: Collection[str]


def extended(
    dates: OpeningDates,
    cut: Cut,
    extension_days: int | None,
    session_closes: datetime,
    at: datetime,
) -> OpeningDates:
    """The dates that are proposed at `at`, never past the end of the session.

    A period was cut if it was open at any instant of the incident; so its end lies in the incident
    or after it. By the duration (`extension_days` is None) it is given the time back that it lost,
    counted from its end; from the end of the incident where that comes later. By days it ends that
    many days later at the same time of day in Paris. What has ended at `at` is opened again: the
    time is counted from the full hour that follows, days from the next such time.
    """
    moved = {}
    for period in cut.periods:
        opens, closes, *_ = _PERIODS[period]
        begins = getattr(dates, opens)
        ends = getattr(dates, closes)
        if begins < cut.ends and cut.begins < ends:
            lost = min(ends, cut.ends) - max(begins, cut.begins)
            moved[closes] = max(
                ends, min(_later(ends, cut.ends, lost, extension_days, at), session_closes)
            )
    return replace(dates, **moved)


def _later(
    ends: datetime, restored: datetime, lost: timedelta, days: int | None, at: datetime
) -> datetime:
    usable_from = max(ends, restored)
    if usable_from < at:
        usable_from = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if days is None:
        return usable_from + lost
    whole_days = -((ends - usable_from) // _DAY)
    return (to_paris(ends) + timedelta(days=whole_days + days)).astimezone(UTC)
