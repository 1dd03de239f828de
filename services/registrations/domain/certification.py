"""How a version is certified online: by its candidate's validation, which a correction by staff
keeps where it changes nothing, or else replaces by a second try with an end of its own."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from services.clock import end_of_day, iso_utc, to_paris
from services.contracts.registrations import RegistrationSaved
from services.registrations.domain.registration_content import certified_content, certified_digest

SECOND_TRY_DAYS = 15
"""At least, as pieces gives for a signed confirmation that is asked for again."""


@dataclass(frozen=True)
class Validation:
    """That `by` certified a version at `at`, shown to them with that `digest`."""

    at: datetime
    by: str
    digest: str


@dataclass(frozen=True)
class ShownVersion:
    """A version as a page showed it to its candidate: its number, and the digest of all that is
    certified of it."""

    version: int
    digest: str

    @classmethod
    def of(cls, saved: RegistrationSaved) -> Self:
        return cls(saved.version, certified_digest(saved))


@dataclass(frozen=True)
class Certification:
    """What certifies a version online. `validate_until`: exclusive end of its candidate's second
    try, None where the end of the registrations alone counts, and once it is validated."""

    validation: Validation | None = None
    validate_until: datetime | None = None

    def certified(self, saved: RegistrationSaved) -> RegistrationSaved:
        """Return the version as it is published with this certification."""
        return replace(
            saved,
            validated_at=iso_utc(self.validation.at) if self.validation else None,
            validate_until=iso_utc(self.validate_until) if self.validate_until else None,
        )


def second_try_until(closes: datetime, at: datetime) -> datetime:
    """Return the exclusive end of a second try that is given at `at`: of a day in Paris, and never
    before registrations close."""
    return max(closes, end_of_day(to_paris(at).date() + timedelta(days=SECOND_TRY_DAYS)))


def after_modification(before: Certification, saved: RegistrationSaved) -> Certification:
    """Return what certifies a version that the candidate saved: nothing yet. A second try that was
    given before keeps its end."""
    return Certification(
        validate_until=before.validate_until if saved.is_certified_online else None
    )


def after_correction(
    before: Certification, replaced: RegistrationSaved, saved: RegistrationSaved, at: datetime
) -> Certification:
    """Return what certifies a version that staff saved at `at` in place of `replaced`.

    Who had let the time pass without validating gets no other, as on paper a confirmation that was
    never given is not asked for again.
    """
    if not saved.is_certified_online:
        return Certification()
    if before.validation is not None and certified_content(replaced) == certified_content(saved):
        return Certification(before.validation)
    is_left_out = (
        replaced.is_certified_online and before.validation is None and before.validate_until is None
    )
    if is_left_out:
        return Certification()
    return Certification(
        validate_until=second_try_until(datetime.fromisoformat(saved.closes_at), at)
    )
