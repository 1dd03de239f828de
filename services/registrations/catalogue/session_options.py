"""Reads what an exam says for all its sessions, and a session for itself: reminders, mails,
validation, how long data are kept."""

from services.contracts.reminder_rules import MAX_DAYS
from services.contracts.retention import OF_A_SESSION, Period, RetentionError
from services.contracts.session_options import VALIDATION_MODES, SessionOptions
from services.registrations.catalogue.fields import Fields


def session_options(fields: Fields, defaults: SessionOptions) -> SessionOptions:
    """Read the options of an exam or of a session. One whose key is absent is that of
    `defaults`; an empty list (`relances: []`) is written, and means none."""
    return SessionOptions(
        reminder_days=_reminder_days(fields, "relances", defaults.reminder_days),
        draft_reminder_days=_reminder_days(
            fields, "relances_brouillons", defaults.draft_reminder_days
        ),
        refusal_mails=fields.flag("mail_non_conforme", defaults.refusal_mails),
        document_mails=fields.flag("mail_documents", defaults.document_mails),
        validation=fields.optional_choice("validation", VALIDATION_MODES) or defaults.validation,
        retention=_retention(fields, defaults.retention),
    )


def _reminder_days(fields: Fields, name: str, default: tuple[int, ...]) -> tuple[int, ...]:
    """Read the days before an end on which candidates are reminded, the farthest day first; ()
    with a mistake where they do not read."""
    if fields.take(name) is None:
        return default
    days = fields.integers(name)
    for value, item in zip(days, fields.items(name), strict=False):
        if not 0 <= value <= MAX_DAYS:
            fields.refuse(
                item,
                f"« {name} » : {value} jours ; écrire un nombre de 0 (le dernier jour) à "
                f"{MAX_DAYS}",
            )
            return ()
    if list(days) != sorted(set(days), reverse=True):
        fields.refuse(
            fields.at(name),
            f"« {name} » : écrire chaque nombre une fois, du plus grand au plus petit",
        )
        return ()
    return days


def _retention(fields: Fields, default: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Read `conservation: {pieces: "24 mois"}` into kinds of data, each with its period."""
    if fields.take("conservation") is None:
        return default
    own = []
    for code, period in fields.entries("conservation"):
        if code not in OF_A_SESSION:
            known = ", ".join(OF_A_SESSION)
            fields.refuse(
                period, f"conservation : « {code} » n'est pas une donnée de session ({known})"
            )
            continue
        try:
            Period(period.text)
            own.append((code, period.text))
        except RetentionError:
            fields.refuse(
                period, f"durée illisible « {period.text} » : écrire par exemple « 24 mois »"
            )
    return tuple(own)
