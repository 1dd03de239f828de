"""Changes that make the small exam invalid: the text to replace, its replacement, a part of the message expected."""

from services.contracts import registration_rules as rules
from services.contracts.reminder_rules import MAX_DAYS
from services.registrations.catalogue.conditions import MAX_LEVELS
from services.registrations.catalogue.fields import MAX_ENCODED_BYTES

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
        "session_closes: 2027-01-01 00:00",
        f"relances: [{MAX_DAYS + 1}, 2]",
        f"« relances » : {MAX_DAYS + 1} jours ; écrire un nombre de 0 (le dernier jour) à {MAX_DAYS}",
    ),
    (
        "session_closes: 2027-01-01 00:00",
        "relances_brouillons: [2, 7, 0]",
        "« relances_brouillons » : écrire chaque nombre une fois, du plus grand au plus petit",
    ),
    ("year: 2026", "relances: [sept]", "« relances » : un nombre entier est attendu, sans guillemets ni zéro devant"),
    ("session_closes: 2027-01-01 00:00", "mail_non_conforme: oui", "« mail_non_conforme » : écrire true ou false"),
    ("session_closes: 2027-01-01 00:00", "conservation: {pieces: longtemps}", "durée illisible « longtemps »"),
    ("session_closes: 2027-01-01 00:00", "conservation: {mails: 1 an}", "« mails » n'est pas une donnée de session"),
    ('title: "Epreuves"}', 'title: "Epreuves", titel: x}', "clé inconnue « titel » pour un onglet : écrire « title »"),
    (
        'title: "Epreuves"}',
        'title: "Epreuves", text: ["Avant le {close}."]}',
        "rien ne remplit « {close} » dans le texte d'un onglet : écrire « closes »",
    ),
    ('{kind: epreuves, title: "Epreuves"}', "{kind: epreuves}", "clé « title » manquante pour un onglet : l'ajouter"),
    ("pays_naissance", "pays_de_naissance", "fait inconnu « pays_de_naissance » : écrire « pays_naissance »"),
    ('is: "100"', 'is: "1OO"', "valeur hors de la liste de pays_naissance « 1OO »"),
    ('is: "100"', "is: 100", 'valeur 100 : un texte est attendu, écrire "100"'),
    ('academie: "03"', 'academie: "99"', "académie inconnue « 99 » : écrire son code à deux chiffres"),
    ('academie: "03"', "academie: 03", 'ce texte se lit comme un nombre ou un booléen ; écrire "03"'),
    ("type: yes_no", "type: yesno", "« type » inconnu « yesno » : écrire « yes_no »"),
    (
        "facultatives_at_most, max: 2",
        "facultative_at_most, max: 2",
        "règle inconnue « facultative_at_most » : écrire « facultatives_at_most »",
    ),
    ("max: 2, max_", "maximum: 2, max_", "paramètre inconnu « maximum » pour facultatives_at_most"),
    (
        "code: LV1, label",
        f"code: {'É' * (MAX_ENCODED_BYTES // 6 + 1)}, label",
        f"octets dans le nom d'un fichier, {MAX_ENCODED_BYTES} au plus : le raccourcir, ou l'écrire sans",
    ),
    ("engagement, from: 2025", "engagement, from: 2024", "règles facultatives_at_most qui se chevauchent"),
    ("domaine: Examen", "code: AUTRE\ndomaine: Examen", "doublon de la clé « code » : n'en garder qu'une"),
    ("code: LV1, label", "code: ID1, label", "doublon de la pièce « ID1 », déjà écrit en"),
    ("code: E2, label", "code: E1, label", "doublon de l'épreuve « E1 »"),
    ("{epreuve: E2,", "{epreuve: E9,", "épreuve ou étiquette inconnue « E9 » : choisir parmi E1, E2"),
    ("question: emploi", "question: depuis", "question « depuis » : cycle : elle dépend d'elle-même"),
    ("question: emploi", "question: emplois", "question inconnue « emplois » : écrire « emploi »"),
    ("is: oui}", "is: peut-être}", "valeur hors de la liste de emploi « peut-être »"),
    ("code: E1, label", "code: E1, parent: E1, label", "cycle : « parent » ramène à E1 ; le rompre"),
    ("code: E2, label", "code: E2, parent: E9, label", "« parent » : épreuve inconnue « E9 »"),
    ('"Nom du père"', '""', "« label » : texte manquant ; l'écrire"),
    ("forms:\n", 'document_types: {releve_notes: "Relevé"}\nforms:\n', "« releve_notes » : tout examen l'a déjà"),
    ("forms:\n", 'document_types: {"A 2": "Attestation"}\nforms:\n', "« A 2 » : n'écrire que des lettres minuscules"),
    ("2025-10-25 12:00", "2025-09-25 12:00", "dates dans le désordre (inscriptions) : closes doit suivre opens"),
    ("domaine: Examen", "prolongation: heures\ndomaine: Examen", "« prolongation » : écrire duree, ou jours: 1 à 30"),
    ("domaine: Examen", "prolongation: {jours: 31}\ndomaine: Examen", "« prolongation »"),
    ("session_closes: 2027-01-01", "session_closes: 2025-10-30", "session_closes vient avant la fin"),
    ("      - from: 2025", "      - from: 2024", "versions qui se chevauchent"),
    ("      - from: 2025", "      - from: 2026", "aucune version de 2025 à 2025 : corriger from ou to"),
    ("      - from: 2021", "      - from: 2022", "aucune version avant 2022"),
    ("to: 2024", "from: 2026, to: 2024", "« from: 2026 » vient après « to: 2024 » : les échanger"),
    ("    first_session: 2021", '    acronym: "C F"\n    first_session: 2021', "sigle « C F » : un seul mot"),
    ("first_session: 2021", "domain: commerce\n    first_session: 2021", "valeur que personne ne définit « commerce »"),
    ("first_session: 2021", 'replaced_by: "Autre"\n    first_session: 2021', "« replaced_by » sans dernière session"),
    ('    - {key: anglais, label: "Anglais"}', "    []", "la liste « langues » est vide"),
    ("form: F1}", "form: F1, proves_version: oui}", "« proves_version » : écrire true ou false"),
    ("pieces: [ID1, LV1]", "pieces: [ID1, LV2]", "pièce que personne ne définit « LV2 » : écrire « LV1 »"),
    ('label: "CFG 2026"', 'validation: enligne\n    label: "CFG 2026"', "inconnu « enligne » : écrire « en_ligne »"),
    ("form: F1", "form: F1, compared_with: Identité", "partie du récapitulatif que personne ne définit « Identité »"),
    ("closes: 2025-10-25 12:00", "closes: 2025-10-25 23:59", "écrire le lendemain 00:00, ici 2025-10-26 00:00"),
    ("opens: 2025-10-01 12:00", "opens: 2025-10-01", "l'heure manque : écrire 2025-10-01 00:00"),
    ("opens: 2025-10-01 12:00", "opens: 2025-03-30 02:30", "cette heure n'existe pas"),
    ("closes: 2025-11-01 00:00", "closes: 2025-10-26 02:30", "cette heure existe deux fois"),
    ("opens: 2025-10-01 12:00", 'opens: {today: -10, at: "12:00"}', "date relative hors démonstration"),
    (
        '{not: {fact: pays_naissance, is: "100"}}',
        f'{"{not: " * MAX_LEVELS}{{not: {{fact: pays_naissance, is: "100"}}}}{"}" * MAX_LEVELS}',
        f"condition de plus de {MAX_LEVELS} niveaux : la simplifier",
    ),
    ('{not: {fact: pays_naissance, is: "100"}}', '"pays_naissance != 100"', "condition illisible"),
    ('is: "100"', 'is: "100", present: true', "un test a un opérateur et un seul"),
    ('label: "CERTIFICAT', 'label: "CERTIFI"CAT', "YAML illisible"),
    ('"CERTIFICAT DE FORMATION GENERALE"', "!!python/object/apply:os.getcwd []", "« label » : un texte est attendu"),
    ('      - academie: "03"\n        code_choice', "      - code_choice", "ouverture sans lieu"),
)
# Reported at the line of the whole section or list, not at that of the change.
MISTAKES_OF_A_WHOLE_SECTION = (
    ('  demande: "Déposez vos pièces."\n', "", "texte manquant « demande »"),
    ('  residence_notice: "Académie de résidence."\n', "", "texte manquant residence_notice"),
    ("kind: recap", "kind: previous", "onglet « recap » manquant"),
)
