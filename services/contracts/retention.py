"""How long each kind of personal data is kept and why, as `catalogue/retention.yaml` says."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Self

FILE = Path(__file__).parents[2] / "catalogue/retention.yaml"
TO_CONFIRM = "à confirmer par le responsable du traitement"
ACCOUNTS = "comptes"
CANDIDATURES = "candidatures"
PIECES = "pieces"
DOCUMENTS = "documents"
OF_A_SESSION = (PIECES, DOCUMENTS, CANDIDATURES)
"""Kinds of data that registrations has erased, session by session: with candidatures the others go
too."""
ARCHIVED = "archived"
"""In the place of a kind: candidatures whose active time is over."""
NO_VERSION_AFTER = 2**31 - 1
"""The version of what is erased for good: nothing that arrives later is newer."""
_NONE = "aucune"
_MONTHS = {"mois": 1, "an": 12, "ans": 12}
_PERIOD = re.compile("([1-9][0-9]{0,3}) (jours?|mois|ans?)")


class RetentionError(ValueError):
    """The file does not read, or does not know a kind of data: nothing may be erased by it."""


class Period(str):
    """A duration as the file has it: « 12 mois », « 30 jours », « 5 ans », « aucune ». Raises
    RetentionError."""

    def __new__(cls, text: str) -> Self:
        if text != _NONE and not _PERIOD.fullmatch(text):
            raise RetentionError(
                f"« {text} » is no duration: write « 12 mois », « 30 jours », « 5 ans », « "
                f"{_NONE} »"
            )
        return super().__new__(cls, text)

    @property
    def is_none(self) -> bool:
        return self == _NONE

    @property
    def days(self) -> int:
        """The days of a period that is counted in days; of one in months nearly so many."""
        start = datetime(2001, 1, 1, tzinfo=UTC)
        return (self.after(start) - start).days

    def after(self, start: datetime) -> datetime:
        """The exclusive end of the period that begins at `start`; a day that a month lacks is its
        last."""
        return self._moved(start, 1)

    def before(self, end: datetime) -> datetime:
        """The instant from which, or after which, what began is still within the period at
        `end`."""
        return self._moved(end, -1)

    def _moved(self, instant: datetime, sign: int) -> datetime:
        if self.is_none:
            return instant
        count, unit = self.split()
        if unit not in _MONTHS:
            return instant + sign * timedelta(days=int(count))
        year, month = divmod(
            instant.year * 12 + instant.month - 1 + sign * int(count) * _MONTHS[unit], 12
        )
        return instant.replace(
            year=year, month=month + 1, day=min(instant.day, monthrange(year, month + 1)[1])
        )


NO_TIME = Period(_NONE)
PLANNED = Period("1 mois")
"""How far ahead administrators see what will be erased."""


@dataclass(frozen=True)
class Kind:
    """A kind of data. `starts`: the event from which it is active, for `active`; then it is
    archived for `archived`, read by the roles `archive_readers` alone. `notice`: how long before
    its end its owner is told by mail. Texts are French, ready to be shown. `source`: where the
    durations are from; they are proposed until they are `confirmed`."""

    code: str
    label: str
    holds: str
    purpose: str
    basis: str
    starts: str
    active: Period
    recipients: tuple[str, ...]
    source: str
    archived: Period = NO_TIME
    archive_readers: tuple[str, ...] = ()
    notice: Period = NO_TIME
    confirmed: bool = False

    def erased_from(self, start: datetime) -> datetime:
        """Return the instant from which it is erased, where its event was at `start`."""
        return self.archived.after(self.active.after(start))

    def erased_if_begun_by(self, now: datetime) -> datetime:
        """Return the last instant at which what is to be erased at `now` may have begun."""
        return self.active.before(self.archived.before(now))


@dataclass(frozen=True)
class Retention:
    """The file. `controller`, `officer`: who is responsible for the processing, and the data
    protection officer; `events`: from what durations count, in French."""

    controller: str
    officer: str
    events: Mapping[str, str]
    kinds: tuple[Kind, ...]

    def kind(self, code: str) -> Kind:
        """Raises RetentionError for a kind that the file does not have."""
        for kind in self.kinds:
            if kind.code == code:
                return kind
        raise RetentionError(f"catalogue/retention.yaml has no kind « {code} »")

    def sentence(self, kind: Kind) -> str:
        """Say for how long it is kept, in French: « 12 mois après la clôture …, puis 48 mois en
        archive »."""
        event = self.events[kind.starts]
        active = f"Jusqu'à {event}" if kind.active.is_none else f"{kind.active} après {event}"
        archive = (
            ""
            if kind.archived.is_none
            else f", puis {kind.archived} en archive, avant d'être effacé"
        )
        notice = "" if kind.notice.is_none else f" ; un mail vous en prévient {kind.notice} avant"
        return f"{active}{archive}{notice}."


def read_retention(path: Path) -> Retention:
    """Raises RetentionError that says what is wrong in the file."""
    import msgspec

    try:
        retention = msgspec.yaml.decode(
            path.read_bytes(), type=Retention, dec_hook=lambda _, text: Period(text)
        )
    except (OSError, ValueError) as wrong:
        raise RetentionError(f"{path}: {wrong}") from None
    codes = [kind.code for kind in retention.kinds]
    if len(set(codes)) < len(codes):
        raise RetentionError(f"{path}: a kind stands there twice")
    for kind in retention.kinds:
        if kind.starts not in retention.events:
            raise RetentionError(
                f"{path}: « {kind.code} » starts with « {kind.starts} », which is none of its "
                "events"
            )
        if not kind.archived.is_none and not kind.archive_readers:
            raise RetentionError(f"{path}: « {kind.code} » is archived and has no archive_readers")
    return retention


@cache
def retention() -> Retention:
    """Return the rules of this portal, which are read once. Raises RetentionError."""
    return read_retention(FILE)
