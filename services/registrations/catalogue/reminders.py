"""Reads the ladders of reminders of a session: days before a deadline, the farthest first."""

from services.contracts.reminder_rules import MAX_DAYS
from services.registrations.catalogue.fields import Fields


def reminder_days(fields: Fields, name: str) -> tuple[int, ...]:
    """The ladder under the key `name`; () where absent, and where it does not read."""
    days = fields.integers(name)
    for value, item in zip(days, fields.items(name), strict=False):
        if not 0 <= value <= MAX_DAYS:
            fields.refuse(item, f"« {name} » : {value} jours ; écrire un nombre de 0 (le dernier jour) à {MAX_DAYS}")
            return ()
    if list(days) != sorted(set(days), reverse=True):
        fields.refuse(
            fields.node.entries[name], f"« {name} » : écrire chaque nombre une fois, du plus grand au plus petit"
        )
        return ()
    return days
