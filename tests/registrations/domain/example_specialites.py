"""Two spécialités with their épreuves: the guide's, and one whose maîtresse prints a unit."""

from services.registrations.domain.exam_definition import Epreuve, Specialite, SpecialiteVersion

PONCTUEL = {"R1": "ponctuel", "R3": "ponctuel"}
BOTH = {"R1": "ccf", "R3": "ponctuel"}
LANGUES = ("Anglais", "Allemand", "Espagnol", "Italien")

BANQUE = Specialite(
    "31310",
    "Banque - conseiller de clientèle",
    2016,
    2025,
    (
        SpecialiteVersion(
            2016,
            2025,
            (
                Epreuve(
                    "E1",
                    "Culture générale et expression",
                    "obligatoire",
                    "U1",
                    tags=("culture_generale", "commune:culture_generale"),
                    modes=PONCTUEL,
                ),
                Epreuve("E2", "Langue vivante 1", "obligatoire", "U2", options="langues", modes=PONCTUEL),
                Epreuve(
                    "E2-A",
                    "Langue vivante 1 : Écrite",
                    "obligatoire",
                    None,
                    "E2",
                    options_of="E2",
                    modes=PONCTUEL,
                    hidden_on_pdf=True,
                ),
                Epreuve(
                    "E2-B",
                    "Langue vivante 1 : Orale",
                    "obligatoire",
                    None,
                    "E2",
                    options_of="E2",
                    modes=BOTH,
                    hidden_on_pdf=True,
                ),
                Epreuve(
                    "E3", "Gestion de la relation client", "obligatoire", "U3", tags=("professionnelle",), modes=BOTH
                ),
                Epreuve("E4", "Dévelop.suivi.activ.commercia.", "obligatoire", None),
                Epreuve("E4-A", "Étude de cas", "obligatoire", "U41", "E4", tags=("professionnelle",), modes=PONCTUEL),
                Epreuve("E4-B", "Analyse situation commerciale", "obligatoire", "U42", "E4", modes=BOTH),
                Epreuve(
                    "E5",
                    "Env.éco.jur.orga.activ.bancai.",
                    "obligatoire",
                    "U5",
                    tags=("economie_droit",),
                    modes=PONCTUEL,
                ),
                Epreuve(
                    "C-ANGL",
                    "Certification en langue anglaise",
                    "hors_moyenne",
                    "ANG",
                    modes=PONCTUEL,
                    last_session=2022,
                ),
                Epreuve(
                    "EF1",
                    "Langue vivante 2",
                    "facultative",
                    "UF1",
                    options="langues",
                    differs_from="E2",
                    modes=PONCTUEL,
                ),
                Epreuve("EF2", "Certification professionnelle", "facultative", "UF2", modes=PONCTUEL),
                Epreuve("EF3", "Engagement étudiant", "facultative", "UF3", tags=("engagement",), modes=PONCTUEL),
            ),
        ),
    ),
)
MCO = Specialite(
    "31213",
    "Management commercial opérationnel",
    2021,
    None,
    (
        SpecialiteVersion(
            2021,
            None,
            (
                Epreuve(
                    "E1",
                    "Culture générale et expression",
                    "obligatoire",
                    "U1",
                    tags=("commune:culture_generale",),
                    modes=PONCTUEL,
                ),
                Epreuve("E2", "Langue vivante étrangère", "obligatoire", "U2", options="langues"),
                Epreuve("E21", "Écrit", "obligatoire", "U21", "E2", options_of="E2", modes=PONCTUEL),
                Epreuve("E22", "Oral", "obligatoire", "U22", "E2", options_of="E2", modes=PONCTUEL),
            ),
        ),
    ),
)
