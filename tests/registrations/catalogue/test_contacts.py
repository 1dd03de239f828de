from pathlib import Path

from tests.registrations.catalogue.small_exam import NOW, SMALL, load_exams, mistakes, written

CONTACT = '{title: "Recteur", lines: ["1 rue du port", "25000 BESANCON"], email: "a@b.fr"}'


def titles(root: Path) -> dict[str, str]:
    (exam,) = load_exams(root, NOW)
    return {opening.academie: opening.contact.title for opening in exam.sessions[0].openings}


def test_the_contact_of_an_opening_is_its_own_or_the_one_of_the_file_or_of_the_public_reference(tmp_path: Path) -> None:
    contacts = titles(written(tmp_path, SMALL.replace('academie: "03"', 'academies: ["03", "01", "24"]')))
    assert contacts["03"] == "Rectorat de l'académie de Besançon"
    assert "SIEC" in contacts["01"]
    text = f'academies: [{{code: "03", contact: {CONTACT}}}]\nservices: [{{academies: ["01"], contact: {CONTACT}}}]\n'
    (tmp_path / "academies.yaml").write_text(text, encoding="utf-8")
    assert titles(tmp_path)["03"] == titles(tmp_path)["01"] == "Recteur"
    own = f'code_choice: "2026-06"\n        contact: {CONTACT.replace("Recteur", "Vice-recteur")}'
    assert titles(written(tmp_path, SMALL.replace('code_choice: "2026-06"', own))) == {"03": "Vice-recteur"}


def test_a_mistake_in_the_file_of_contacts_is_told(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "academies.yaml").write_text('academies:\n  - {code: "99", contact: {title: A}}\n', encoding="utf-8")
    assert mistakes(tmp_path) == [
        "academies.yaml:2: académie inconnue « 99 » : écrire son code à deux chiffres, entre guillemets",
        "academies.yaml:2: clé « lines » manquante pour un contact : l'ajouter",
    ]


def test_a_country_has_a_free_code_of_its_own_a_label_and_a_contact(tmp_path: Path) -> None:
    abroad = f'country: "90"\n        label: "MAROC"\n        contact: {CONTACT}'
    (exam,) = load_exams(written(tmp_path, SMALL.replace('academie: "03"', abroad)), NOW)
    assert [(opening.academie, opening.label) for opening in exam.sessions[0].openings] == [("90", "MAROC")]
    taken = SMALL.replace('academie: "03"', abroad.replace("90", "03"))
    assert "code de pays « 03 »" in mistakes(written(tmp_path, taken))[0]


def test_a_zone_of_its_own_shifts_an_opening(tmp_path: Path) -> None:
    zoned = SMALL.replace('code_pdf: "2026-08"', 'code_pdf: "2026-08"\n        zone: America/Martinique')
    (exam,) = load_exams(written(tmp_path, zoned), NOW)
    assert exam.sessions[0].openings[0].closes.isoformat() == "2025-10-25T16:00:00+00:00"
    wrong = zoned.replace("America/Martinique", "Paris")
    assert "zone inconnue « Paris » : écrire par exemple Europe/Paris" in mistakes(written(tmp_path, wrong))[0]
