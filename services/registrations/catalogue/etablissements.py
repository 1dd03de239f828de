"""Reads establishments from CSV, with the columns of the catalogue's own file or of the public
annuaire."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from services.contracts.registration_rules import LABEL_LENGTH, SHORT_CODE_LENGTH
from services.reference import uai
from services.reference.lists import departements
from services.registrations.catalogue.fields import too_long
from services.registrations.catalogue.mistakes import Mistake
from services.registrations.domain.dossier import Etablissement

FILE = "etablissements.csv"
KINDS = ("lycee", "cned", "individuels")
# Columns of the annuaire de l'éducation (open data), in the order in which they are looked for.
_CODE = ("code", "Identifiant_de_l_etablissement", "identifiant_de_l_etablissement", "numero_uai")
_NAME = ("label", "Nom_etablissement", "nom_etablissement", "appellation_officielle")
_TOWN = ("town", "Nom_commune", "nom_commune", "libelle_commune")
_DEPARTEMENT = ("departement", "Code_departement", "code_departement")
_TYPE = ("Type_etablissement", "type_etablissement")
_STATE = ("etat", "Etat")
_HABILITE = ("habilite_ccf",)
_OPEN = ("", "OUVERT")


def read(path: Path, mistakes: list[Mistake]) -> tuple[Etablissement, ...]:
    """The establishments of a CSV file, comma or semicolon; of the annuaire, which lists every
    school, only lycées, CFA and the like that are open. What is wrong in it is added to
    `mistakes`."""
    by_code: dict[str, Etablissement] = {}
    for line, row in _rows(path, mistakes):
        if not _is_wanted(row):
            continue
        etablissement = _etablissement(row)
        if mistake := _mistake_of(etablissement, row, by_code):
            mistakes.append(Mistake(str(path), line, mistake))
        by_code[etablissement.code] = etablissement
    return tuple(by_code.values())


def _rows(path: Path, mistakes: list[Mistake]) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.DictReader(
                file, delimiter=";" if first.count(";") > first.count(",") else ","
            )
            for row in reader:
                yield (
                    reader.line_num,
                    {str(key): str(value or "").strip() for key, value in row.items()},
                )
    except (UnicodeDecodeError, csv.Error):
        mistakes.append(Mistake(str(path), 1, "CSV illisible : l'enregistrer en UTF-8"))


def _is_wanted(row: Mapping[str, str]) -> bool:
    kind = _first(row, _TYPE).lower()
    if _first(row, _STATE).upper() not in _OPEN:
        return False
    return not kind or any(
        word in kind for word in ("lyc", "cfa", "greta", "erea", "médico", "apprentis")
    )


def _etablissement(row: Mapping[str, str]) -> Etablissement:
    code = _first(row, _CODE)
    kind = row.get("kind", "") or "lycee"
    departement = departements.by_code(
        _first(row, _DEPARTEMENT).upper().rjust(3, "0")
    )  # « 25 », « 2A », « 025 »
    name = _first(row, _NAME)
    town = _first(row, _TOWN)
    label = " - ".join(part for part in (name, town) if part)
    return Etablissement(
        code=code,
        label=f"{label} ({code})" if kind == "lycee" and f"({code})" not in label else label,
        kind=kind,
        departement=departement.code if departement else None,
        habilite_ccf=_first(row, _HABILITE).lower() in ("true", "oui", "1"),
    )


def _mistake_of(
    etablissement: Etablissement, row: Mapping[str, str], known: Mapping[str, Etablissement]
) -> str | None:
    if not etablissement.code or not _first(row, _NAME):
        return "établissement sans code ou sans nom : les écrire (colonnes code et label)"
    if etablissement.kind not in KINDS:
        return (
            f"sorte d'établissement inconnue « {etablissement.kind} » : choisir parmi "
            f"{', '.join(KINDS)}"
        )
    if etablissement.kind == "lycee" and not uai.is_valid(etablissement.code):
        digits = etablissement.code[:7]
        letter = uai.check_letter(digits) if len(digits) == 7 and digits.isdecimal() else "?"
        return (
            f"numéro d'établissement faux « {etablissement.code} » : sept chiffres et leur lettre "
            f"clé ({letter})"
        )
    if etablissement.code in known:
        return f"doublon de l'établissement « {etablissement.code} » : n'en garder qu'un"
    code = etablissement.code
    label = etablissement.label
    return too_long("code", code, SHORT_CODE_LENGTH) or too_long("libellé", label, LABEL_LENGTH)


def _first(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if row.get(name)), "")
