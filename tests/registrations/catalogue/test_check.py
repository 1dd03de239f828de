"""What is wrong with the files of a catalogue is told with its line and how to mend it; what may be
left out."""

import textwrap
from pathlib import Path

import pytest

from services.contracts import registration_rules as rules
from services.contracts.reminder_rules import MAX_DAYS as MOST
from services.contracts.session_options import SessionOptions
from services.registrations.catalogue import etablissements, yaml_nodes
from services.registrations.catalogue.conditions import MAX_LEVELS
from services.registrations.catalogue.contents import check
from services.registrations.catalogue.fields import MAX_ENCODED_BYTES
from services.registrations.catalogue.mistakes import Mistake
from services.registrations.domain.dossier import Etablissement
from tests.registrations.catalogue.small_exam import (
    SMALL,
    load_exam,
    mistakes,
    with_change,
    written,
)

# what the message names, the text in which a value is too long, that value, the longest one
TOO_LONG = (
    ("code de l'examen", "code: CFG\ndomaine", "CFG", rules.CODE_LENGTH),
    ("code de la spécialité", "- code: CFG\n", "CFG", rules.SHORT_CODE_LENGTH),
    ("libellé de la spécialité", "Formation générale", "Formation générale", rules.LABEL_LENGTH),
    ("code de l'épreuve", "code: E1, label", "E1", rules.CODE_LENGTH),
    ("nom de la question", "name: pere", "pere", rules.CODE_LENGTH),
    ("clé de la valeur", "key: anglais", "anglais", rules.CODE_LENGTH),
    ("code de la pièce", "code: LV1, label", "LV1", rules.CODE_LENGTH),
    ("regroupement", 'label: "Langue", regroupement: "Dossier"', "Dossier", rules.CODE_LENGTH),
    ("code du formulaire", "code: F1, title", "F1", rules.CODE_LENGTH),
    ("nom de la session", 'name: "2026"', "2026", rules.CODE_LENGTH),
)

# Changes that make the small exam invalid: the text to replace, its replacement, a part of the
# message expected.
EARLY = MOST + 1
CLOSES = "session_closes: 2027-01-01 00:00"
TITLE = 'title: "Epreuves"}'
MISTAKES = (
    *(
        (
            text,
            text.replace(value, "A" * (longest + 1)),
            f"{what} de {longest + 1} caractères, {longest} au plus : le raccourcir",
        )
        for what, text, value, longest in TOO_LONG
    ),
    (
        CLOSES,
        f"relances: [{EARLY}, 2]",
        f"« relances » : {EARLY} jours ; écrire un nombre de 0 (le dernier jour) à {MOST}",
    ),
    (
        CLOSES,
        "relances_brouillons: [2, 7, 0]",
        "« relances_brouillons » : écrire chaque nombre une fois, du plus grand au plus petit",
    ),
    (
        "year: 2026",
        "relances: [sept]",
        "« relances » : un nombre entier est attendu, sans guillemets ni zéro devant",
    ),
    (
        "year: 2026",
        "year: 02026",
        "« year » : un nombre entier est attendu, sans guillemets ni zéro devant",
    ),
    (CLOSES, "mail_non_conforme: oui", "« mail_non_conforme » : écrire true ou false"),
    (
        CLOSES,
        "conservation: 24 mois",
        "« conservation » : des clés suivies de valeurs sont attendues",
    ),
    (CLOSES, "conservation: {pieces: longtemps}", "durée illisible « longtemps »"),
    (CLOSES, "conservation: {mails: 1 an}", "« mails » n'est pas une donnée de session"),
    (
        TITLE,
        'title: "Epreuves", titel: x}',
        "clé inconnue « titel » pour un onglet : écrire « title »",
    ),
    (
        TITLE,
        'title: E, text: ["{close}"]}',
        "rien ne remplit « {close} » dans le texte d'un onglet : écrire « closes »",
    ),
    (
        '{kind: epreuves, title: "Epreuves"}',
        "{kind: epreuves}",
        "clé « title » manquante pour un onglet : l'ajouter",
    ),
    (
        "pays_naissance",
        "pays_de_naissance",
        "fait inconnu « pays_de_naissance » : écrire « pays_naissance »",
    ),
    ('is: "100"', 'is: "1OO"', "valeur hors de la liste de pays_naissance « 1OO »"),
    ('is: "100"', "is: 100", 'valeur 100 : un texte est attendu, écrire "100"'),
    (
        'academie: "03"',
        'academie: "99"',
        "académie inconnue « 99 » : écrire son code à deux chiffres",
    ),
    (
        'academie: "03"',
        "academie: 03",
        'ce texte se lit comme un nombre ou un booléen ; écrire "03"',
    ),
    ("type: yes_no", "type: yesno", "« type » inconnu « yesno » : écrire « yes_no »"),
    (
        "facultatives_at_most, max: 2",
        "facultative_at_most, max: 2",
        "règle inconnue « facultative_at_most » : écrire « facultatives_at_most »",
    ),
    (
        "max: 2, max_",
        "maximum: 2, max_",
        "paramètre inconnu « maximum » pour facultatives_at_most",
    ),
    (
        "max: 2, max_",
        "max: 02, max_",
        "« max » : « 02 » ne se lit pas tel quel ; écrire un nombre entier sans zéro devant",
    ),
    *(
        (
            "besides: engagement, from",
            f"besides: {text}, from",
            f"« besides » : « {text} » ne se lit pas tel quel",
        )
        for text in ("0x10", "1_000", "1:30", "2.5", "2025-01-01", "~")
    ),
    (
        '["Je demande…"]',
        '["Je demande…", ~]',
        'ce texte se lit comme une absence de valeur ; écrire "~"',
    ),
    (
        "code: LV1, label",
        f"code: {'É' * (MAX_ENCODED_BYTES // 6 + 1)}, label",
        (
            f"octets dans le nom d'un fichier, {MAX_ENCODED_BYTES} au plus : le raccourcir, ou "
            "l'écrire sans"
        ),
    ),
    (
        "engagement, from: 2025",
        "engagement, from: 2024",
        "règles facultatives_at_most qui se chevauchent",
    ),
    (
        "domaine: Examen",
        "code: AUTRE\ndomaine: Examen",
        "doublon de la clé « code » : n'en garder qu'une",
    ),
    ("code: LV1, label", "code: ID1, label", "doublon de la pièce « ID1 », déjà écrit en"),
    ("code: E2, label", "code: E1, label", "doublon de l'épreuve « E1 »"),
    (
        "{epreuve: E2,",
        "{epreuve: E9,",
        "épreuve ou étiquette inconnue « E9 » : choisir parmi E1, E2",
    ),
    (
        "question: emploi",
        "question: depuis",
        "question « depuis » : cycle : elle dépend d'elle-même",
    ),
    ("question: emploi", "question: emplois", "question inconnue « emplois » : écrire « emploi »"),
    ("is: oui}", "is: peut-être}", "valeur hors de la liste de emploi « peut-être »"),
    (
        "code: E1, label",
        "code: E1, parent: E1, label",
        "cycle : « parent » ramène à E1 ; le rompre",
    ),
    ("code: E2, label", "code: E2, parent: E9, label", "« parent » : épreuve inconnue « E9 »"),
    ('"Nom du père"', '""', "« label » : texte manquant ; l'écrire"),
    (
        "forms:\n",
        'document_types: {releve_notes: "Relevé"}\nforms:\n',
        "« releve_notes » : tout examen l'a déjà",
    ),
    (
        "forms:\n",
        'document_types: {"A 2": "Attestation"}\nforms:\n',
        "« A 2 » : n'écrire que des lettres minuscules",
    ),
    (
        "2025-10-25 12:00",
        "2025-09-25 12:00",
        "dates dans le désordre (inscriptions) : closes doit suivre opens",
    ),
    (
        "domaine: Examen",
        "prolongation: heures\ndomaine: Examen",
        "« prolongation » : écrire duree, ou jours: 1 à 30",
    ),
    ("domaine: Examen", "prolongation: {jours: 31}\ndomaine: Examen", "« prolongation »"),
    (
        "session_closes: 2027-01-01",
        "session_closes: 2025-10-30",
        "session_closes vient avant la fin",
    ),
    ("      - from: 2025", "      - from: 2024", "versions qui se chevauchent"),
    (
        "      - from: 2025",
        "      - from: 2026",
        "aucune version de 2025 à 2025 : corriger from ou to",
    ),
    ("      - from: 2021", "      - from: 2022", "aucune version avant 2022"),
    ("to: 2024", "from: 2026, to: 2024", "« from: 2026 » vient après « to: 2024 » : les échanger"),
    (
        "    first_session: 2021",
        '    acronym: "C F"\n    first_session: 2021',
        "sigle « C F » : un seul mot",
    ),
    (
        "first_session: 2021",
        "domain: commerce\n    first_session: 2021",
        "valeur que personne ne définit « commerce »",
    ),
    (
        "first_session: 2021",
        'replaced_by: "Autre"\n    first_session: 2021',
        "« replaced_by » sans dernière session",
    ),
    ('    - {key: anglais, label: "Anglais"}', "    []", "la liste « langues » est vide"),
    ("form: F1}", "form: F1, proves_version: oui}", "« proves_version » : écrire true ou false"),
    (
        "pieces: [ID1, LV1]",
        "pieces: [ID1, LV2]",
        "pièce que personne ne définit « LV2 » : écrire « LV1 »",
    ),
    (
        'label: "CFG 2026"',
        'validation: enligne\n    label: "CFG 2026"',
        "inconnu « enligne » : écrire « en_ligne »",
    ),
    (
        "form: F1",
        "form: F1, compared_with: Identité",
        "partie du récapitulatif que personne ne définit « Identité »",
    ),
    (
        "closes: 2025-10-25 12:00",
        "closes: 2025-10-25 23:59",
        "écrire le lendemain 00:00, ici 2025-10-26 00:00",
    ),
    ("opens: 2025-10-01 12:00", "opens: 2025-10-01", "l'heure manque : écrire 2025-10-01 00:00"),
    ("opens: 2025-10-01 12:00", "opens: 2025-03-30 02:30", "cette heure n'existe pas"),
    ("closes: 2025-11-01 00:00", "closes: 2025-10-26 02:30", "cette heure existe deux fois"),
    (
        "opens: 2025-10-01 12:00",
        'opens: {today: -10, at: "12:00"}',
        "date relative hors démonstration",
    ),
    (
        '{not: {fact: pays_naissance, is: "100"}}',
        f'{"{not: " * MAX_LEVELS}{{not: {{fact: pays_naissance, is: "100"}}}}{"}" * MAX_LEVELS}',
        f"condition de plus de {MAX_LEVELS} niveaux : la simplifier",
    ),
    ('{not: {fact: pays_naissance, is: "100"}}', '"pays_naissance != 100"', "condition illisible"),
    ('is: "100"', 'is: "100", present: true', "un test a un opérateur et un seul"),
    ('label: "CERTIFICAT', 'label: "CERTIFI"CAT', "YAML illisible"),
    (
        '"CERTIFICAT DE FORMATION GENERALE"',
        "!!python/object/apply:os.getcwd []",
        "« label » : un texte est attendu",
    ),
    ('      - academie: "03"\n        code_choice', "      - code_choice", "ouverture sans lieu"),
)
# Reported at the line of the whole section or list, not at that of the change.
MISTAKES_OF_A_WHOLE_SECTION = (
    ('  demande: "Déposez vos pièces."\n', "", "texte manquant « demande »"),
    ('  residence_notice: "Académie de résidence."\n', "", "texte manquant residence_notice"),
    ("kind: recap", "kind: previous", "onglet « recap » manquant"),
)


@pytest.mark.parametrize(
    "mistake", [*MISTAKES, *MISTAKES_OF_A_WHOLE_SECTION], ids=lambda mistake: mistake[2]
)
def test_each_mistake_is_told_with_its_line_and_how_to_mend_it(
    tmp_path: Path, mistake: tuple[str, str, str]
) -> None:
    old, new, expected = mistake
    text, line = with_change(old, new)
    messages = [message for message in mistakes(written(tmp_path, text)) if expected in message]
    where = (
        "cfg/exam.yaml:" if mistake in MISTAKES_OF_A_WHOLE_SECTION else f"cfg/exam.yaml:{line}: "
    )
    assert [message[: len(where)] for message in messages[:1]] == [where]


ANOTHER = """\
- code: {code}
  label: "{label}"
  acronym: SIO
  first_session: 2021
  versions: [{{from: 2021, epreuves: [{{code: E1, label: "Oral", kind: obligatoire, modes: ponctuel}}]}}]
"""


def _with_acronyms(*labels: str) -> str:
    specialites = (ANOTHER.format(code=f"A{n}", label=label) for n, label in enumerate(labels))
    return SMALL.replace(
        "specialites:\n", "specialites:\n" + textwrap.indent("".join(specialites), "  "), 1
    )


def test_one_acronym_is_refused_for_two_specialites_of_a_session_unless_they_are_options_of_one(
    tmp_path: Path,
) -> None:
    messages = mistakes(
        written(tmp_path, _with_acronyms("Services informatiques", "Soins infirmiers"))
    )
    assert [message.partition(": ")[2] for message in messages] == [
        "sigle « SIO » déjà pris par « Services informatiques » (A0) : le changer ou le retirer"
    ]
    text = _with_acronyms(
        "Services informatiques option A : réseaux",
        "Services informatiques - option B : logiciels",
    )
    assert load_exam(written(tmp_path, text))


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("kind: epreuves", "kind: epreuve").replace("form: F1", "form: F2")
    written(tmp_path, text, langues2="- {key: a}")
    (tmp_path / "vide").mkdir()
    (tmp_path / "vide" / "sessions.yaml").write_text("- x", encoding="utf-8")
    files = [mistake.split(":")[0] for mistake in mistakes(tmp_path)]
    assert files == ["cfg/exam.yaml", "cfg/exam.yaml", "cfg/langues2.yaml", "vide/exam.yaml"]


@pytest.mark.parametrize(
    ("of_session", "own", "read"),
    [
        ("", "", ("papier", None, None)),
        ("", "mail_non_conforme: true", ("papier", None, True)),
        ("", "mail_non_conforme: false", ("papier", None, False)),
        ("validation: en_ligne", "validation: papier", ("en_ligne", "papier", None)),
    ],
)
def test_a_session_and_its_openings_say_how_registrations_are_validated_and_whether_refusals_are_mailed(
    tmp_path: Path, of_session: str, own: str, read: tuple[str, str | None, bool | None]
) -> None:
    text = SMALL.replace("specialites: all", f"specialites: all\n    {of_session}")
    text = text.replace('code_choice: "2026-06"', f'code_choice: "2026-06"\n        {own}')
    exam = load_exam(written(tmp_path, text))
    opening = exam.sessions[0].openings[0]
    assert (exam.sessions[0].validation, opening.validation, opening.refusal_mails) == read


OPTIONS_OF_EXAM = """\
relances: [7, 2, 0]
relances_brouillons: [5]
mail_non_conforme: true
mail_documents: false
validation: en_ligne
conservation: {pieces: "24 mois", candidatures: "10 ans"}
"""


def _exam_with_options(root: Path, of_session: str) -> SessionOptions:
    text = SMALL.replace("tabs:\n", f"{OPTIONS_OF_EXAM}tabs:\n", 1)
    text = text.replace("specialites: all", f"specialites: all\n    {of_session}")
    return load_exam(written(root, text)).sessions[0]


def test_what_an_exam_says_for_its_sessions_holds_in_each_that_says_nothing_itself(
    tmp_path: Path,
) -> None:
    held = _exam_with_options(tmp_path, "")
    assert (held.reminder_days, held.draft_reminder_days) == ((7, 2, 0), (5,))
    assert (held.refusal_mails, held.document_mails, held.validation) == (True, False, "en_ligne")
    assert held.retention == (("pieces", "24 mois"), ("candidatures", "10 ans"))


@pytest.mark.parametrize(
    ("of_session", "option", "expected"),
    [
        ("relances: [3]", "reminder_days", (3,)),
        ("relances: []", "reminder_days", ()),
        ("relances_brouillons: 1", "draft_reminder_days", (1,)),
        ("mail_non_conforme: false", "refusal_mails", False),
        ("mail_documents: true", "document_mails", True),
        ("validation: papier", "validation", "papier"),
        ('conservation: {pieces: "6 mois"}', "retention", (("pieces", "6 mois"),)),
    ],
)
def test_a_session_overrides_what_its_exam_says_one_key_at_a_time(
    tmp_path: Path, of_session: str, option: str, expected: object
) -> None:
    of_exam = _exam_with_options(tmp_path / "a", "")
    overridden = _exam_with_options(tmp_path / "b", of_session)
    assert vars(overridden) == {**vars(of_exam), option: expected}


def test_a_mistake_in_what_an_exam_says_for_its_sessions_is_told_once_at_its_line(
    tmp_path: Path,
) -> None:
    text, line = with_change("tabs:\n", "relances: [2, 7]\ntabs:\n")
    assert mistakes(written(tmp_path, text)) == [
        f"cfg/exam.yaml:{line}: « relances » : écrire chaque nombre une fois, du plus grand au plus"
        " petit"
    ]


def test_aliases_that_contain_themselves_or_grow_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_nodes, "MAX_NODES", 2000)
    levels = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]\n" for n in range(1, 12))
    messages = mistakes(
        written(tmp_path, SMALL, circular="&a\n- *a\n", bomb=f"x0: &x0 a\n{levels}")
    )
    starts = (
        "cfg/bomb.yaml:1: YAML illisible",
        "cfg/circular.yaml:1: YAML illisible (RecursionError)",
    )
    assert {start for start in starts for message in messages if message.startswith(start)} == set(
        starts
    )


def test_two_sessions_of_one_label_are_refused_since_staff_could_not_tell_them_apart(
    tmp_path: Path,
) -> None:
    session = textwrap.dedent(SMALL.split("sessions:\n")[1])
    again = session.replace('- name: "2026"', '  name: "2026-2"')
    (mistake,) = mistakes(written(tmp_path, SMALL, sessions__second=again))
    assert mistake.startswith(
        "cfg/sessions/second.yaml:3: doublon de l'intitulé de session « CFG 2026 »"
    )


def test_a_section_may_be_a_sibling_file_but_nothing_is_written_twice_or_misspelt(
    tmp_path: Path,
) -> None:
    forms = '- {code: F1, title: "Formulaire", paragraphs: ["Je demande…"]}\n'
    alone = SMALL.replace("forms:\n  " + forms, "")
    assert load_exam(written(tmp_path / "a", alone, forms=forms))
    assert "doublon de « forms »" in mistakes(written(tmp_path / "b", SMALL, forms=forms))[0]
    misspelt = mistakes(written(tmp_path / "c", SMALL, peices="- {code: X}"))
    assert misspelt == ["cfg/peices.yaml:1: section inconnue « peices » : écrire « pieces »"]
    twice = mistakes(
        written(tmp_path / "d", SMALL + SMALL[SMALL.index('      - academie: "03"') :])
    )
    assert "fenêtres qui se chevauchent pour ACADÉMIE DE BESANCON" in twice[0]


def test_a_latin_1_file_is_refused_rather_than_garbled(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "cfg" / "texts.yaml").write_bytes("demande: été".encode("latin-1"))
    assert "cfg/texts.yaml:1: le fichier n'est pas en UTF-8 : l'enregistrer en UTF-8" in mistakes(
        tmp_path
    )


def test_the_command_prints_a_line_a_mistake_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, line = with_change("form: F1", "form: F2")
    assert check(written(tmp_path, text)) == 1
    message = (
        f"{tmp_path}/cfg/exam.yaml:{line}: formulaire que personne ne définit « F2 » : écrire « "
        "F1 »\n"
    )
    assert capsys.readouterr().out == message
    written(tmp_path)
    for checked in (tmp_path, tmp_path / "cfg"):  # a catalogue, or the folder of one exam alone
        assert check(checked) == 0
    assert capsys.readouterr().out == ""


def test_whatever_line_is_missing_the_file_is_read_or_refused_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = SMALL.splitlines(keepends=True)
    for removed in range(len(lines)):
        text = "".join(lines[:removed] + lines[removed + 1 :])
        check(written(tmp_path, text))
        messages = capsys.readouterr().out.splitlines()
        assert all(text.startswith(f"{tmp_path}/cfg/exam.yaml:") for text in messages), removed


CONTACT = '{title: "Recteur", lines: ["1 rue du port", "25000 BESANCON"], email: "a@b.fr"}'


def titles(root: Path) -> dict[str, str]:
    exam = load_exam(root)
    return {opening.academie: opening.contact.title for opening in exam.sessions[0].openings}


def test_the_contact_of_an_opening_is_its_own_or_the_one_of_the_file_or_of_the_public_reference(
    tmp_path: Path,
) -> None:
    contacts = titles(
        written(tmp_path, SMALL.replace('academie: "03"', 'academies: ["03", "01", "24"]'))
    )
    assert contacts["03"] == "Rectorat de l'académie de Besançon"
    assert "SIEC" in contacts["01"]
    text = (
        f'academies: [{{code: "03", contact: {CONTACT}}}]\nservices: [{{academies: ["01"],'
        f" contact: {CONTACT}}}]\n"
    )
    (tmp_path / "academies.yaml").write_text(text, encoding="utf-8")
    assert titles(tmp_path)["03"] == titles(tmp_path)["01"] == "Recteur"
    own = f'code_choice: "2026-06"\n        contact: {CONTACT.replace("Recteur", "Vice-recteur")}'
    assert titles(written(tmp_path, SMALL.replace('code_choice: "2026-06"', own))) == {
        "03": "Vice-recteur"
    }


def test_a_mistake_in_the_file_of_contacts_is_told(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "academies.yaml").write_text(
        'academies:\n  - {code: "99", contact: {title: A}}\n', encoding="utf-8"
    )
    assert mistakes(tmp_path) == [
        (
            "academies.yaml:2: académie inconnue « 99 » : écrire son code à deux chiffres, entre "
            "guillemets"
        ),
        "academies.yaml:2: clé « lines » manquante pour un contact : l'ajouter",
    ]


def test_a_country_has_a_free_code_of_its_own_a_label_and_a_contact(tmp_path: Path) -> None:
    abroad = f'country: "90"\n        label: "MAROC"\n        contact: {CONTACT}'
    exam = load_exam(written(tmp_path, SMALL.replace('academie: "03"', abroad)))
    assert [(opening.academie, opening.label) for opening in exam.sessions[0].openings] == [
        ("90", "MAROC")
    ]
    taken = SMALL.replace('academie: "03"', abroad.replace("90", "03"))
    assert "code de pays « 03 »" in mistakes(written(tmp_path, taken))[0]


def test_a_zone_of_its_own_shifts_an_opening(tmp_path: Path) -> None:
    zoned = SMALL.replace(
        'code_pdf: "2026-08"', 'code_pdf: "2026-08"\n        zone: America/Martinique'
    )
    exam = load_exam(written(tmp_path, zoned))
    assert exam.sessions[0].openings[0].closes.isoformat() == "2025-10-25T16:00:00+00:00"
    wrong = zoned.replace("America/Martinique", "Paris")
    assert (
        "zone inconnue « Paris » : écrire par exemple Europe/Paris"
        in mistakes(written(tmp_path, wrong))[0]
    )


def read_schools(tmp_path: Path, text: str) -> tuple[tuple[Etablissement, ...], list[Mistake]]:
    path = tmp_path / "etablissements.csv"
    mistakes = list[Mistake]()
    path.write_text(text, encoding="utf-8")
    return etablissements.read(path, mistakes), mistakes


def test_the_public_annuaire_s_columns_are_understood(tmp_path: Path) -> None:
    schools, _ = read_schools(
        tmp_path,
        "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Code_departement;Nom_commune;etat\n0250013D;Lycée"
        " professionnel Pierre-Adrien Pâris;Lycée;025;Besançon;OUVERT\n0250001R;École "
        "primaire;Ecole;025;Besançon;OUVERT\n0250014E;Lycée fermé;Lycée;025;Besançon;FERME\n",
    )
    [school] = schools
    assert (school.code, school.departement) == ("0250013D", "025")
    assert school.label == "Lycée professionnel Pierre-Adrien Pâris - Besançon (0250013D)"


def test_what_is_wrong_or_longer_than_its_column_is_told_with_its_line(tmp_path: Path) -> None:
    label = rules.LABEL_LENGTH
    code = rules.SHORT_CODE_LENGTH
    wrong = {
        "0250013E,LP,lycee": (
            "numéro d'établissement faux « 0250013E » : sept chiffres et leur lettre clé (D)"
        ),
        "X1,LP,cnedd": (
            "sorte d'établissement inconnue « cnedd » : choisir parmi lycee, cned, individuels"
        ),
        f"CNED,{'N' * (label + 1)},cned": (
            f"libellé de {label + 1} caractères, {label} au plus : le raccourcir"
        ),
        f"{'C' * (code + 1)},Un nom,cned": (
            f"code de {code + 1} caractères, {code} au plus : le raccourcir"
        ),
    }
    _, mistakes = read_schools(tmp_path, "\n".join(("code,label,kind", *wrong)))
    told = [(mistake.line, mistake.text) for mistake in mistakes]
    assert told == list(enumerate(wrong.values(), start=2))
