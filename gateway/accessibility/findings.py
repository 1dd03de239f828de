"""The findings on the criteria. Criteria without a finding are still to be evaluated.

« Conforme » requires a test of this repository, or an examination of pages and code by a person. A change of a page
requires a review of the findings that mention it (docs/accessibility.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

ESTABLISHED_ON = date(2026, 11, 26)
AXE_VERSION = "4.14.1"

AXE = f"test automatique (axe {AXE_VERSION})"
HTML = "test automatique (code HTML)"
JOURNEY = "test du parcours"
MANUAL = "examen manuel"


class State(StrEnum):
    CONFORMING = "conforme"
    NON_CONFORMING = "non conforme"
    NOT_APPLICABLE = "non applicable"
    TO_EVALUATE = "à évaluer"


@dataclass(frozen=True)
class Finding:
    """`observation`: what was found; `method`: how."""

    state: State
    method: str
    observation: str


def _conforming(method: str, observation: str) -> Finding:
    return Finding(State.CONFORMING, method, observation)


def _absent(what: str) -> Finding:
    return Finding(State.NOT_APPLICABLE, MANUAL, f"Aucune page n'a {what}.")


NOT_EVALUATED = Finding(State.TO_EVALUATE, "", "")

_NO_DETAILED_IMAGE = _absent("d'image qui demande une description détaillée")
_NO_CAPTCHA = _absent("de CAPTCHA")
_NO_FRAME = _absent("de cadre")
_NO_MEDIA = _absent("de son, de vidéo ni d'animation")
_NO_COMPLEX_TABLE = _absent("de tableau complexe")
_NO_LAYOUT_TABLE = _absent("de tableau de mise en forme")

FINDINGS: Mapping[str, Finding] = {
    "1.1": _conforming(AXE, "Aucune image sans alternative dans aucune page."),
    "1.2": _conforming(MANUAL, "Les icônes sont posées par les feuilles de styles, hors du contenu."),
    "1.4": _NO_CAPTCHA,
    "1.5": _NO_CAPTCHA,
    "1.6": _NO_DETAILED_IMAGE,
    "1.7": _NO_DETAILED_IMAGE,
    "1.8": _absent("d'image texte"),
    "2.1": _NO_FRAME,
    "2.2": _NO_FRAME,
    "3.1": _conforming(MANUAL, "Erreurs, états et champs obligatoires sont écrits en toutes lettres."),
    "3.2": _conforming(AXE, "Aucun texte trop peu contrasté dans aucune page."),
    **{f"4.{number}": _NO_MEDIA for number in range(1, 14)},
    "5.1": _NO_COMPLEX_TABLE,
    "5.2": _NO_COMPLEX_TABLE,
    "5.3": _NO_LAYOUT_TABLE,
    "5.4": _conforming(MANUAL, "Chaque tableau a une légende : tous viennent d'un même composant."),
    "5.5": _conforming(MANUAL, "Les légendes nomment ce que le tableau contient."),
    "5.6": _conforming(MANUAL, "Les en-têtes sont des cellules d'en-tête."),
    "5.7": _conforming(AXE, "La portée de chaque en-tête est déclarée et valide."),
    "5.8": _NO_LAYOUT_TABLE,
    "6.2": _conforming(AXE, "Aucun lien sans intitulé dans aucune page."),
    "7.2": _conforming(JOURNEY, "L'inscription va à son terme sans JavaScript, ou s'il disparaît en chemin."),
    "7.3": _conforming(JOURNEY, "De la création du compte aux pièces, tout se fait au clavier seul, et à la souris."),
    "8.1": _conforming(HTML, "Chaque page commence par son type de document."),
    "8.2": _conforming(HTML, "Les pages sont lues sans tolérance : ni erreur, ni identifiant en double."),
    "8.3": _conforming(AXE, "La langue est présente dans chaque page."),
    "8.4": _conforming(HTML, "Toutes les pages sont en français et le déclarent."),
    "8.5": _conforming(AXE, "Chaque page a un titre."),
    "8.6": _conforming(HTML, "Le titre commence par celui du contenu et compte les erreurs."),
    "9.2": _conforming(AXE, "En-tête, navigation, contenu et pied de page sont déclarés, chacun une fois."),
    "9.3": _conforming(MANUAL, "Listes de choix, de pièces, d'erreurs et de liens sont des listes."),
    "9.4": _absent("de citation"),
    "10.1": _conforming(
        MANUAL, "Aucune balise ni aucun attribut de présentation ; la politique de sécurité les refuse."
    ),
    "10.4": _conforming(JOURNEY, "L'inscription va à son terme à 400 %."),
    "10.6": _conforming(AXE, "Les liens dans le texte s'en distinguent."),
    "10.7": _conforming(JOURNEY, "Chaque arrêt du clavier est à l'écran et entouré."),
    "10.11": _conforming(JOURNEY, "L'inscription va à son terme dans 320 × 256 pixels, sans défilement horizontal."),
    "11.1": _conforming(AXE, "Chaque champ a une étiquette."),
    "11.4": _conforming(MANUAL, "Chaque étiquette est au-dessus de son champ, ou à sa droite pour une case."),
    "11.6": _conforming(MANUAL, "Chaque regroupement a une légende : tous viennent d'un même composant."),
    "11.12": _conforming(
        JOURNEY, "Un récapitulatif précède l'enregistrement, qui reste modifiable jusqu'à la clôture."
    ),
    "11.13": _conforming(AXE, "État civil, adresse, mail, téléphone et mots de passe déclarent ce qu'ils attendent."),
    "12.1": _conforming(HTML, "Un menu et un plan du site."),
    "12.2": _conforming(MANUAL, "Toutes les pages ont le même cadre."),
    "12.3": _conforming(MANUAL, "Le plan donne les pages publiques, le compte et l'espace candidat."),
    "12.4": _conforming(HTML, "Le plan est le premier lien de chaque pied de page."),
    "12.5": _absent("de moteur de recherche"),
    "12.6": _conforming(AXE, "Tout le contenu est dans une zone déclarée."),
    "12.7": _conforming(JOURNEY, "Le premier arrêt du clavier mène au contenu."),
    "12.8": _conforming(JOURNEY, "Les champs sont atteints dans l'ordre où ils se lisent."),
    "12.9": _conforming(JOURNEY, "Le clavier sort de chaque contrôle rencontré."),
    "12.10": _absent("de raccourci d'une seule touche"),
    "12.11": _conforming(JOURNEY, "Les propositions des recherches sont atteintes et choisies au clavier."),
    "13.2": _conforming(MANUAL, "Aucune fenêtre ne s'ouvre sans action ; le seul lien vers un nouvel onglet le dit."),
    "13.3": Finding(State.NON_CONFORMING, MANUAL, "Les formulaires à compléter n'existent qu'en PDF, non balisé."),
    "13.5": _absent("de contenu cryptique"),
    "13.6": _absent("de contenu cryptique"),
    "13.7": _absent("d'effet de lumière"),
    "13.8": _absent("de contenu en mouvement ou clignotant"),
    "13.9": _conforming(JOURNEY, "Aucune orientation n'est imposée ; les parcours passent en hauteur et en largeur."),
    "13.10": _absent("de geste complexe"),
    "13.11": _conforming(MANUAL, "Les actions partent quand le bouton est relâché."),
    "13.12": _absent("d'action par mouvement de l'appareil"),
}
