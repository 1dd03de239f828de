"""Every type of problem that the portal's APIs answer with (RFC 9457), each with its one status and
title.

`type` on the wire is `/problems/<slug>`. Slugs are stable: tools compare them.
`docs/problem-types.md` is this list.
"""

from typing import NamedTuple


class ProblemType(NamedTuple):
    """`title` is French, and the same for every occurrence; what differs is in the problem's
    `detail`."""

    slug: str
    status: int
    title: str


# Any route.
BAD_REQUEST = ProblemType("requete-incorrecte", 400, "Requête incorrecte")
UNAUTHENTICATED = ProblemType("non-identifie", 401, "Vous devez vous identifier")
FORBIDDEN = ProblemType("interdit", 403, "Vous n'avez pas accès à cette page")
NOT_FOUND = ProblemType("introuvable", 404, "Page ou élément introuvable")
METHOD_NOT_ALLOWED = ProblemType("methode-non-admise", 405, "Méthode non admise")
NOT_ACCEPTABLE = ProblemType("format-non-propose", 406, "Format non proposé")
TOO_SLOW = ProblemType("requete-trop-lente", 408, "Requête trop lente")
CONFLICT = ProblemType("conflit", 409, "La demande contredit l'état actuel")
GONE = ProblemType("expire", 410, "Ce lien n'est plus valable")
LENGTH_REQUIRED = ProblemType("longueur-requise", 411, "Longueur requise")
PRECONDITION_FAILED = ProblemType("modifie-entre-temps", 412, "L'élément a été modifié entre-temps")
TOO_LARGE = ProblemType("trop-volumineux", 413, "Ce qui est envoyé est trop volumineux")
QUOTA_REACHED = ProblemType("place-epuisee", 413, "La place de vos fichiers est épuisée")
ADDRESS_TOO_LONG = ProblemType("adresse-trop-longue", 414, "Adresse trop longue")
CONTENT_TYPE_REFUSED = ProblemType("type-de-contenu-non-admis", 415, "Type de contenu non admis")
NO_SUCH_RANGE = ProblemType("partie-inexistante", 416, "Partie inexistante")
INVALID = ProblemType("saisie-invalide", 422, "La saisie comporte des erreurs")
PRECONDITION_REQUIRED = ProblemType("precondition-requise", 428, "L'en-tête If-Match est requis")
TOO_MANY_TRIES = ProblemType("trop-d-essais", 429, "Trop d'essais")
HEADERS_TOO_LONG = ProblemType("en-tetes-trop-longs", 431, "En-têtes trop longs")
INTERNAL_ERROR = ProblemType("erreur-interne", 500, "Erreur interne")
NOT_IMPLEMENTED = ProblemType("non-propose", 501, "Non proposé")
UNAVAILABLE = ProblemType("indisponible", 503, "Service momentanément indisponible")

# The gateway.
FOREIGN_ORIGIN = ProblemType(
    "origine-etrangere", 403, "Cette demande ne vient pas d'une page du portail"
)

# accounts.
SERVICE_REFUSED = ProblemType("service-refuse", 401, "Service non reconnu")
LOGIN_REFUSED = ProblemType("identification-refusee", 401, "Identification refusée")
SESSION_EXPIRED = ProblemType("session-expiree", 401, "Session expirée")
TOKEN_REFUSED = ProblemType("jeton-refuse", 401, "Jeton refusé")
PROVIDER_REFUSED = ProblemType("fournisseur-refuse", 403, "Identité non vérifiée")
NOT_ACTIVATED = ProblemType("compte-non-active", 403, "Compte non activé")
ACCOUNT_DISABLED = ProblemType("compte-desactive", 403, "Compte désactivé")
SECOND_FACTOR_ASKED = ProblemType("second-facteur", 403, "Second facteur demandé")
SECOND_FACTOR_UNREADABLE = ProblemType("second-facteur-illisible", 403, "Second facteur illisible")
ADDRESS_TAKEN = ProblemType("adresse-prise", 409, "Adresse mail déjà prise")
REACTIVATION_REQUIRED = ProblemType("compte-a-reactiver", 409, "Compte de gestion désactivé")
OWN_ACCOUNT = ProblemType("soi-meme", 409, "C'est votre propre compte")
LAST_ADMINISTRATOR = ProblemType("dernier-administrateur", 409, "C'est le dernier administrateur")
LINK_EXPIRED = ProblemType("lien-expire", 410, "Ce lien a expiré")
LINK_REPLACED = ProblemType("lien-remplace", 410, "Ce lien a été remplacé")
LINK_ENDED = ProblemType("lien-sans-objet", 410, "Ce lien n'est plus valable")
LINK_USED = ProblemType("lien-utilise", 410, "Ce lien a déjà été utilisé")
LINK_UNKNOWN = ProblemType("lien-inconnu", 410, "Ce lien n'est pas reconnu")

# accounts and registrations.
CANDIDATURE_EXISTS = ProblemType("candidature-existante", 409, "Une candidature existe déjà")

# registrations.
WINDOW_CLOSED = ProblemType("fenetre-fermee", 403, "Le service d'inscription n'est pas ouvert")
DRAFT_CHANGED = ProblemType(
    "brouillon-modifie", 409, "Votre dossier a été modifié dans une autre fenêtre"
)
DRAFT_SAVED = ProblemType("brouillon-enregistre", 409, "Ce dossier a déjà été enregistré")
OTHER_DRAFT = ProblemType(
    "brouillon-en-cours", 409, "Un autre brouillon est en cours pour cette ouverture"
)
IDENTITY_OUTDATED = ProblemType("identite-perimee", 409, "Vos données personnelles ont changé")
INCOMPLETE = ProblemType("dossier-incomplet", 422, "Votre dossier est incomplet")

# documents.
KEY_ALREADY_USED = ProblemType("cle-deja-utilisee", 409, "Clé déjà utilisée")

# pieces.
DEPOSIT_CLOSED = ProblemType("depot-ferme", 403, "Cette pièce ne peut plus être modifiée")
VALIDATION_CLOSED = ProblemType("validation-fermee", 403, "Les pièces ne peuvent pas être validées")
NOT_CLEAN = ProblemType("fichier-non-sain", 409, "Ce fichier ne peut pas être ouvert")
DEPOSIT_REPLACED = ProblemType("depot-remplace", 409, "Le dépôt a été remplacé")
UPLOAD_INCOMPLETE = ProblemType("envoi-incomplet", 409, "L'envoi n'est pas terminé")
UPLOAD_DEPOSITED = ProblemType("envoi-deja-depose", 409, "Cet envoi est déjà déposé")
WRONG_OFFSET = ProblemType("position-incorrecte", 409, "L'envoi ne reprend pas au bon endroit")
PROTOCOL_VERSION = ProblemType(
    "version-tus", 412, "Version du protocole d'envoi non prise en charge"
)
FORMAT_REFUSED = ProblemType("format-refuse", 415, "Le format du fichier n'est pas accepté")
NO_PREVIEW = ProblemType("apercu-impossible", 415, "Ce fichier n'a pas d'aperçu")
FILE_REFUSED = ProblemType("fichier-refuse", 422, "Le fichier n'a pas été accepté")
FILE_UNVERIFIED = ProblemType("fichier-non-verifie", 422, "Le fichier n'a pas pu être vérifié")
CURSOR_EXPIRED = ProblemType("curseur-perime", 410, "Ce curseur n'est plus valable")
TOO_MANY_FILES = ProblemType("trop-d-envois", 429, "Trop d'envois")
FILE_LOST = ProblemType("fichier-perdu", 500, "Ce fichier ne peut pas être lu")

ALL = tuple(value for value in globals().values() if isinstance(value, ProblemType))
# The first of each status is the one of any route.
BY_STATUS = {problem_type.status: problem_type for problem_type in reversed(ALL)}
