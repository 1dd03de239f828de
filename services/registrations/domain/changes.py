"""The differences between two saved versions, with the labels of the récapitulatif."""

from __future__ import annotations

from services.contracts.api.staff_candidatures import Change
from services.contracts.registrations import EpreuveLine, RegistrationSaved


def changes(before: RegistrationSaved, after: RegistrationSaved) -> tuple[Change, ...]:
    """In the order of the newer version, removed lines last."""
    old, new = _lines(before), _lines(after)
    keys = [*new, *(key for key in old if key not in new)]
    lines = (
        Change(section=section, label=label, before=old.get((section, label), ""), after=new.get((section, label), ""))
        for section, label in keys
    )
    return tuple(change for change in lines if change.before != change.after)


def _lines(saved: RegistrationSaved) -> dict[tuple[str, str], str]:
    recap_lines = {(section.title, line.label): line.value for section in saved.recap for line in section.lines}
    epreuves = {("Epreuves", f"{line.code} - {line.label}"): _epreuve(line) for line in saved.epreuves}
    return {**recap_lines, **epreuves}


def _epreuve(line: EpreuveLine) -> str:
    return " - ".join(part for part in (line.option, line.position_label, line.mode_label, line.mark) if part)
