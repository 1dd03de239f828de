"""« Ouverture des services » and « Sur quoi et où voulez-vous vous inscrire ? »: the choice of domaine, examen, session
and académie, step by step, among the openings at an instant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.api.openings import Choice, ChosenStep, NextStep, OpeningInformation, Selection
from services.contracts.registration_codes import Purpose
from services.reference import academies
from services.reference.lists import departements
from services.reference.text import folded
from services.registrations.domain import windows

STEPS = ("domaine", "exam", "session", "academie")
DOMAINES = ("Examen", "Concours")
NOTHING_OPEN = "Aucun service d'inscription n'est ouvert pour ce choix."
_QUESTIONS = {
    "domaine": "Sélectionner un domaine",
    "exam": "Sélectionner un examen ou un concours",
    "session": "Sélectionner une session",
    "academie": "Sélectionner une académie ou un pays d'inscription",
}


@dataclass(frozen=True)
class Offer:
    """An opening with its exam and session, and the dates in force (an operator's change included)."""

    opening_id: str
    domaine: str
    exam: str
    exam_label: str
    session: str
    session_label: str
    session_closes: datetime
    academie: str
    academie_label: str
    code_choice: str
    opens: datetime
    closes: datetime
    residence_notice: str


@dataclass(frozen=True)
class Choices:
    domaine: str | None = None
    exam: str | None = None
    session: str | None = None
    academie: str | None = None


@dataclass(frozen=True)
class _StepReading:
    label: str
    value: Callable[[Offer], str]
    value_label: Callable[[Offer], str]
    place: Callable[[str], str] = folded  # sort key of a choice, from its label


_READINGS = {
    "domaine": _StepReading("Domaine", lambda o: o.domaine, lambda o: o.domaine),
    "exam": _StepReading("Examen ou concours", lambda o: o.exam, lambda o: o.exam_label),
    "session": _StepReading("Session", lambda o: o.session, lambda o: o.session_label),
    "academie": _StepReading(
        "Académie ou pays", lambda o: o.academie, lambda o: place_label(o), academies.place_in_lists
    ),
}


def place_label(offer: Offer) -> str:
    """« ACADÉMIE DE BESANCON - (2022-06) »"""
    return f"{offer.academie_label} - ({offer.code_choice})"


def select(offers: Iterable[Offer], purpose: Purpose, choices: Choices, instant: datetime) -> Selection:
    """What is chosen so far, and what comes next. For a domaine without openings its step stays, with the message."""
    remaining = [offer for offer in offers if _is_shown(offer, purpose, instant)]
    steps: list[ChosenStep] = []
    for name in STEPS:
        value = getattr(choices, name)
        if not value:
            return _ask(name, steps, remaining)
        reading = _READINGS[name]
        remaining = [offer for offer in remaining if reading.value(offer) == value]
        if remaining:
            steps.append(_step(name, value, reading.value_label(remaining[0])))
        else:
            domaine_step = (_step(name, value, value),) if name == "domaine" and value in DOMAINES else ()
            return Selection(steps=(*steps, *domaine_step), empty_message=NOTHING_OPEN)
    return Selection(steps=tuple(steps), information=_information(remaining[0], instant))


def _step(name: str, value: str, value_label: str) -> ChosenStep:
    return ChosenStep(name=name, label=_READINGS[name].label, value=value, value_label=value_label)


def _is_shown(offer: Offer, purpose: Purpose, instant: datetime) -> bool:
    if purpose is Purpose.REGISTER:
        return windows.is_open(offer.opens, offer.closes, instant)
    return instant < offer.session_closes


def _ask(name: str, steps: Sequence[ChosenStep], remaining: Sequence[Offer]) -> Selection:
    if name == "domaine":
        choices = tuple(Choice(value=domaine, label=domaine) for domaine in DOMAINES)
    else:
        reading = _READINGS[name]
        labels = {reading.value(offer): reading.value_label(offer) for offer in remaining}
        in_order = sorted(labels.items(), key=lambda pair: reading.place(pair[1]))
        choices = tuple(Choice(value=value, label=label, hint=_hint(name, value)) for value, label in in_order)
    return Selection(steps=tuple(steps), next=NextStep(name=name, question=_QUESTIONS[name], choices=choices))


def _hint(step: str, academie: str) -> str | None:
    """« Ardennes, Aube, Marne, Haute-Marne »: the départements of an académie; None for a country or another step."""
    if step != "academie":
        return None
    known_academie = academies.by_code(academie)
    names = [
        place.name
        for code in (known_academie.departements if known_academie else ())
        if (place := departements.by_code(code))
    ]
    return ", ".join(names) or None


def _information(offer: Offer, instant: datetime) -> OpeningInformation:
    return OpeningInformation(
        opening_id=offer.opening_id,
        state=windows.state(offer.opens, offer.closes, instant),
        sentence=windows.sentence(offer.opens, offer.closes, instant),
        opens=offer.opens,
        closes=offer.closes,
        residence_notice=offer.residence_notice,
    )
