"""A change of an opening's dates: what is wrong with it, and what it takes from those whom it concerns."""

from datetime import datetime

from services.chassis.errors import FieldError
from services.chassis.french import short_instant, shown_end, time_left
from services.contracts.api.administration import OpeningDates

_PERIODS = (
    ("opens", "closes", "des inscriptions", "Qui s'inscrit en ce moment ne le pourra plus."),
    ("deposit_opens", "deposit_closes", "du dépôt des pièces", "Qui dépose ses pièces en ce moment ne le pourra plus."),
)


REASON_MISSING = FieldError("#/reason", "Indiquez le motif du changement.")


def disorder(dates: OpeningDates) -> tuple[FieldError, ...]:
    errors = []
    if dates.opens >= dates.closes:
        errors.append(FieldError("#/closes", "La fermeture doit suivre l'ouverture."))
    if dates.deposit_opens >= dates.deposit_closes:
        errors.append(FieldError("#/deposit_closes", "La fin du dépôt doit suivre son début."))
    return tuple(errors)


def losses(before: OpeningDates, after: OpeningDates, at: datetime) -> tuple[str, ...]:
    """A sentence for each thing that candidates have before and not after, to be read before it is changed."""
    sentences: list[str] = []
    for opens, closes, period, sentence in _PERIODS:
        old, new = ((getattr(dates, opens), getattr(dates, closes)) for dates in (before, after))
        if new[0] > old[0]:
            sentences.append(f"L'ouverture {period} est reculée du {short_instant(old[0])} au {short_instant(new[0])}.")
        if new[1] < old[1]:
            ends = (short_instant(shown_end(closes)) for closes in (old[1], new[1]))
            sentences.append("La fermeture {} est avancée du {} au {}.".format(period, *ends))
        if new[1] - new[0] < old[1] - old[0]:
            lasted, lasts = time_left(old[1] - old[0]), time_left(new[1] - new[0])
            sentences.append(f"La durée {period} passe de {lasted} à {lasts}.")
        if new[1] != old[1] and new[1] <= at:
            sentences.append(f"La fermeture {period} est déjà passée : {short_instant(shown_end(new[1]))}.")
        if old[0] <= at < old[1] and not new[0] <= at < new[1]:
            sentences.append(sentence)
    return tuple(sentences)
