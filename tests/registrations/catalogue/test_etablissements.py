from pathlib import Path

from services.contracts.registration_rules import LABEL_LENGTH, SHORT_CODE_LENGTH
from services.registrations.catalogue import etablissements
from services.registrations.catalogue.mistakes import Mistake
from services.registrations.domain.dossier import Etablissement


def read(tmp_path: Path, text: str) -> tuple[tuple[Etablissement, ...], list[Mistake]]:
    path, mistakes = tmp_path / "etablissements.csv", list[Mistake]()
    path.write_text(text, encoding="utf-8")
    return etablissements.read(path, mistakes), mistakes


def test_the_public_annuaire_s_columns_are_understood(tmp_path: Path) -> None:
    schools, _ = read(
        tmp_path,
        "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Code_departement;Nom_commune;etat\n"
        "0250013D;Lycée professionnel Pierre-Adrien Pâris;Lycée;025;Besançon;OUVERT\n"
        "0250001R;École primaire;Ecole;025;Besançon;OUVERT\n"
        "0250014E;Lycée fermé;Lycée;025;Besançon;FERME\n",
    )
    assert [(school.code, school.label, school.departement) for school in schools] == [
        ("0250013D", "Lycée professionnel Pierre-Adrien Pâris - Besançon (0250013D)", "025")
    ]


def test_what_is_wrong_or_longer_than_its_column_is_told_with_its_line(tmp_path: Path) -> None:
    wrong = {
        "0250013E,LP,lycee": "numéro d'établissement faux « 0250013E » : sept chiffres et leur lettre clé (D)",
        "X1,LP,cnedd": "sorte d'établissement inconnue « cnedd » : choisir parmi lycee, cned, individuels",
        f"CNED,{'N' * (LABEL_LENGTH + 1)},cned": (
            f"libellé de {LABEL_LENGTH + 1} caractères, {LABEL_LENGTH} au plus : le raccourcir"
        ),
        f"{'C' * (SHORT_CODE_LENGTH + 1)},Un nom,cned": (
            f"code de {SHORT_CODE_LENGTH + 1} caractères, {SHORT_CODE_LENGTH} au plus : le raccourcir"
        ),
    }
    _, mistakes = read(tmp_path, "\n".join(("code,label,kind", *wrong)))
    told = [(mistake.line, mistake.text) for mistake in mistakes]
    assert told == list(enumerate(wrong.values(), start=2))
