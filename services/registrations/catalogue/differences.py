"""The differences between two exams: where each stands, in words, what was there before, what is
there after."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from services.contracts.api.administration import Difference
from services.french import short_instant
from services.registrations.catalogue.serialising import to_data
from services.registrations.domain.exam_definition import Exam

# The keys that can name an item of a list, in order of preference.
_KEYS = ("code", "key", "academie", "name")
# characters of a value, and of what is the same before its difference
_SHOWN = 300
_CONTEXT = 60
_WORDS = {
    "academie": "académie",
    "acronym": "sigle",
    "categories": "catégorie",
    "closes": "fermeture",
    "deposit_closes": "fermeture du dépôt",
    "deposit_opens": "ouverture du dépôt",
    "document_types": "type de document",
    "domain": "domaine",
    "draft_reminder_days": "relances des brouillons",
    "epreuves": "épreuve",
    "excluded_options": "options exclues",
    "experience": "expérience",
    "extension_days": "jours de prolongation après un incident",
    "first_session": "première session",
    "forms": "formulaire",
    "group_label": "regroupement",
    "help": "aide",
    "hint": "aide",
    "kind": "genre",
    "label": "intitulé",
    "last_session": "dernière session",
    "lists": "liste",
    "modes": "modes d'évaluation",
    "openings": "ouverture",
    "opens": "début",
    "paragraphs": "paragraphes",
    "pieces": "pièce",
    "refusal_mails": "mail « Non Conforme »",
    "refusal_reasons": "motifs de « Non Conforme »",
    "regime": "régime",
    "reminder_days": "relances",
    "replaced_by": "remplacée par",
    "required": "obligatoire",
    "residence_notice": "avis de résidence",
    "rules": "règle",
    "sessions": "session",
    "shown": "montré si",
    "specialites": "spécialité",
    "tabs": "onglet",
    "texts": "texte",
    "title": "titre",
    "unit": "unité",
    "validation": "validation de l'inscription",
    "versions": "version",
    "when": "condition",
}
"""What people read of the names that the files have in English or in the plural."""


def differences(before: Exam | None, after: Exam) -> tuple[Difference, ...]:
    """One for a new exam; none where nothing changes."""
    if before is None:
        return (
            Difference(
                where=after.code,
                before="",
                after=f"nouvel examen, {len(after.sessions)} session(s)",
            ),
        )
    found = _between(after.code, to_data(before), to_data(after))
    return tuple(difference for difference in found if difference.before != difference.after)


def sentence(difference: Difference) -> str:
    """« BTS, session 2022, intitulé : « a » → « b » »; behind « + » what is added, behind « - »
    what is taken away."""
    if difference.before and difference.after:
        return f"{difference.where} : « {difference.before} » → « {difference.after} »"
    mark, value = ("+", difference.after) if difference.after else ("-", difference.before)
    return f"{mark} {difference.where} : « {value} »"


def _between(where: str, old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _maps(where, old, new)
    elif not isinstance(old, list) or not isinstance(new, list):
        yield _difference(where, old, new)
    elif (before := _by_name(old)) is not None and (after := _by_name(new)) is not None:
        yield from _maps(where, before, after, " ")
        if before.keys() == after.keys() and list(before) != list(after):
            yield _difference(f"{where}, ordre", list(before), list(after))
    else:
        yield from _items(where, old, new)


def _maps(
    where: str, old: dict[str, Any], new: dict[str, Any], between: str = ", "
) -> Iterator[Difference]:
    for name in dict.fromkeys((*old, *new)):
        place = f"{where}{between}{_WORDS.get(name, name)}"
        if name not in new or name not in old:
            yield _difference(place, old.get(name), new.get(name))
        else:
            yield from _between(place, old[name], new[name])


def _items(where: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Difference]:
    """Of lists without names, what only one of them has."""
    gone = [item for item in old if item not in new]
    added = [item for item in new if item not in old]
    if len(gone) == len(added) == 1:
        yield from _between(where, gone[0], added[0])
    elif not gone and not added:
        yield _difference(f"{where}, ordre", old, new)
    else:
        yield from (_difference(where, item, None) for item in gone)
        yield from (_difference(where, None, item) for item in added)


def _by_name(items: list[Any]) -> dict[str, Any] | None:
    """The items by name (see `_KEYS`); None where they have no distinct names."""
    if not all(isinstance(item, dict) for item in items):
        return None
    by_name = {_name(item): item for item in items}
    return by_name if len(by_name) == len(items) and "" not in by_name else None


def _name(item: dict[str, Any]) -> str:
    name = next((str(item[key]) for key in _KEYS if item.get(key)), "")
    spans = (
        [str(item.get(key) or "…") for key in ("first", "last")]
        if {"first", "last"} <= item.keys()
        else []
    )
    return " ".join(part for part in (name, "-".join(spans)) if part)


def _difference(where: str, old: Any, new: Any) -> Difference:
    """Of long values the part where they differ."""
    before = _shown(old)
    after = _shown(new)
    pairs = enumerate(zip(before, after, strict=False))
    same = next(
        (place for place, (one, other) in pairs if one != other), min(len(before), len(after))
    )
    start = max(0, same - _CONTEXT) if max(len(before), len(after)) > _SHOWN else 0
    return Difference(where=where, before=_part(before, start), after=_part(after, start))


def _part(text: str, start: int) -> str:
    shown = text[start : start + _SHOWN]
    return f"{'…' if start else ''}{shown}{'…' if start + _SHOWN < len(text) else ''}"


def _shown(value: Any) -> str:
    """As people read it; a thing by its label; empty for nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case dict():
            parts = (
                f"{_WORDS.get(name, name)} : {_shown(item)}"
                for name, item in value.items()
                if item is not None
            )
            return str(value.get("label") or value.get("title") or ", ".join(parts))
        case list():
            return ", ".join(map(_shown, value))
    try:
        return short_instant(datetime.fromisoformat(value)) if "T" in value else str(value)
    except (TypeError, ValueError):
        return str(value)
