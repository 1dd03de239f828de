"""A small valid exam in one file, and helpers that change it and read the mistakes."""

import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.registrations.catalogue.contents import read_catalogue
from services.registrations.catalogue.mistakes import CatalogueError
from services.registrations.domain.exam_definition import Exam

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SMALL = textwrap.dedent("""\
    code: CFG
    domaine: Examen
    label: "CERTIFICAT DE FORMATION GENERALE"
    exclusive: [exam, session]
    tabs:
      - kind: identification
        title: "Identification"
        questions:
          - {name: pere, label: "Nom du père", type: text, shown: {not: {fact: pays_naissance, is: "100"}}}
      - {kind: candidature, title: "Informations candidature"}
      - kind: questions
        name: supplement
        title: "Informations supplémentaires"
        questions:
          - {name: emploi, label: "En emploi ?", type: yes_no, required: true}
          - {name: depuis, label: "Depuis", type: number, format: annee, shown: {question: emploi, is: oui}}
      - {kind: epreuves, title: "Epreuves"}
      - {kind: recap, title: "Récapitulatif"}
      - {kind: number, title: "N° Inscription"}
    rules:
      - {name: facultatives_at_most, max: 3, max_referentiel: 2, besides: engagement, to: 2024}
      - {name: facultatives_at_most, max: 2, max_referentiel: 1, besides: engagement, from: 2025}
    categories:
      - {code: "510", label: "INDIVIDUEL", formes: [globale], regime: R3, etablissements: [individuels]}
    lists:
      langues:
        - {key: anglais, label: "Anglais"}
    specialites:
      - code: CFG
        label: "Formation générale"
        first_session: 2021
        versions:
          - from: 2021
            to: 2024
            epreuves:
              - {code: E1, label: "Oral", kind: obligatoire, unit: U1, modes: ponctuel}
          - from: 2025
            epreuves:
              - {code: E1, label: "Oral", kind: obligatoire, unit: U1, modes: ponctuel}
              - {code: E2, label: "Langue", kind: facultative, unit: U2, options: langues, modes: ponctuel}
    pieces:
      - {code: ID1, label: "Identité", regroupement: "Dossier", form: F1}
      - {code: LV1, label: "Langue", regroupement: "Dossier", when: {epreuve: E2, position: inscrit}}
    forms:
      - {code: F1, title: "Formulaire", paragraphs: ["Je demande…"]}
    texts:
      demande: "Déposez vos pièces."
      handicap_advice: "Contactez un médecin agréé."
      residence_notice: "Académie de résidence."
    sessions:
      - name: "2026"
        year: 2026
        label: "CFG 2026"
        session_closes: 2027-01-01 00:00
        specialites: all
        pieces: [ID1, LV1]
        openings:
          - academie: "03"
            code_choice: "2026-06"
            code_pdf: "2026-08"
            opens: 2025-10-01 12:00
            closes: 2025-10-25 12:00
            deposit: {opens: 2025-10-04 00:00, closes: 2025-11-01 00:00}
    """)


def written(root: Path, text: str = SMALL, **others: str) -> Path:
    """The catalogue with that exam; `others` are sibling files: sessions__2027 for
    sessions/2027.yaml."""
    folder = root / "cfg"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exam.yaml").write_text(text, encoding="utf-8")
    for name, content in others.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(content), encoding="utf-8")
    return root


def load_exam(root: Path) -> Exam:
    """The only one of a catalogue."""
    [exam] = read_catalogue(root, NOW).exams
    return exam


def with_change(old: str, new: str) -> tuple[str, int]:
    """The exam with one text replaced, and the line number of the change."""
    assert SMALL.count(old) >= 1, old
    before = SMALL.index(old)
    return SMALL.replace(old, new, 1), SMALL[:before].count("\n") + 1


def mistakes(root: Path) -> list[str]:
    """All mistakes, each « cfg/exam.yaml:12: … » relative to the catalogue's root."""
    with pytest.raises(CatalogueError) as refused:
        read_catalogue(root, NOW)
    return [str(mistake).removeprefix(f"{root}/") for mistake in refused.value.mistakes]
