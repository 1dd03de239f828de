"""Codes of openings, drafts and candidatures that registrations, its callers and the gateway
exchange; the lengths (characters) of the catalogue's codes and labels, which columns hold and the
catalogue's check refuses beyond, and of what people type."""

from enum import StrEnum

# of an exam, a session, a pièce, a regroupement, a form; of épreuves and questions, which name
# fields
CODE_LENGTH = 64
SHORT_CODE_LENGTH = 32  # of a spécialité or an establishment
LABEL_LENGTH = 200  # of these two
FIELD_NAME_LENGTH = 200  # as it is posted: « autre_bts-garder-<code of an épreuve> »
MESSAGE_TITLE_LENGTH = 200  # of the home page
MESSAGE_TEXT_LENGTH = 10_000  # of the home page
FIELD_VALUE_LENGTH = 10_000  # posted for one field, whatever it is
ANSWER_LENGTH = 200  # typed into a field of a tab
NOTE_LENGTH = 2000  # between gestionnaires
REASON_LENGTH = 1000  # of an act of staff: dates that move, a candidature that ends
REFUSAL_REASON_LENGTH = 300  # of a piece, as a candidate reads it
EXCLUSIVITY_KEY_LENGTH = 200  # names and codes of exam, session, académie and spécialité together
CANDIDATE_NAME_LENGTH = 210  # as staff read and search it; the rest of a longer one is cut off
ETABLISSEMENT_SEARCH_LENGTH = 300  # label and code of an establishment as they are searched


class WindowState(StrEnum):
    """The state of a period of registration, at an instant."""

    OPEN = "open"
    NOT_YET = "not_yet"
    CLOSED = "closed"


class Purpose(StrEnum):
    """The purposes for which openings are picked."""

    CONSULT = "consult"  # « Ouverture des services »: all openings until their session closes
    REGISTER = "register"  # « M'inscrire »: only openings that are open


OTHER_CANDIDATURE = "other_candidature"
OBSTACLES = (WindowState.NOT_YET.value, WindowState.CLOSED.value, OTHER_CANDIDATURE)
"""Why a draft cannot be transmitted now."""
TAB_STATES = ("done", "current", "todo")
TAB_ACTIONS = NEXT, PREVIOUS, STAY = "next", "previous", "stay"
"""Where to go once a tab is written."""
CANDIDATURE_STATES = ACTIVE, WITHDRAWN, ECARTEE = "active", "withdrawn", "ecartee"
CANDIDATURE_STATE_LABELS = {ACTIVE: "Active", WITHDRAWN: "Désinscrite", ECARTEE: "Écartée"}
VALIDATION_LABELS = {"to_validate": "À valider", "validated": "Validée"}
VALIDATION_STATES = TO_VALIDATE, VALIDATED = tuple(VALIDATION_LABELS)
"""Of a candidature whose session is validated online; others have none."""
CERTIFICATION = (
    "Je certifie l'exactitude des renseignements portés sur cette confirmation d'inscription."
)
BY_ID = "id"
BY_NAME = "name"
BY_SAVING = "saved"
BY_BIRTH_DATE = "birth_date"
BY_SPECIALITE = "specialite"
"""What candidatures are listed by: an id changes for none, so that who reads all pages misses
none."""
PERIOD_LABELS = {"registration": "Les inscriptions", "deposit": "Le dépôt des pièces"}
"""What an incident may cut: periods of an opening."""
SEVERITY_LABELS = {"info": "Information", "warning": "Attention", "error": "Alerte"}
SEVERITIES = tuple(SEVERITY_LABELS)
"""How grave a message of the home page is, the least first; those that the design system's alerts
have.

Readers are told by words of `gateway/components/alert.html`. A constraint of the table `messages`
names them: another needs a migration.
"""
