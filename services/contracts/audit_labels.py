"""French words for acts of the audit trails and what they changed; what has no entry is shown by
its code."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from services.contracts.account_rules import STAFF_ROLE_LABELS
from services.contracts.document_rules import STATE_LABELS
from services.contracts.piece_rules import SCAN_LABELS, STATUS_LABELS, FileForm
from services.contracts.registration_rules import CANDIDATURE_STATE_LABELS
from services.french import short_instant

ACTION_LABELS = {
    "account_erased": "Compte de candidat effacé",
    "account_opened": "Compte de candidat consulté",
    "activation_resent": "Lien d'activation renvoyé",
    "audit.exported": "Journal exporté",
    "candidature.reminded": "Candidat relancé",
    "candidature.opened": "Candidature consultée",
    "candidature.restored": "Candidature rétablie",
    "candidature.saved": "Candidature enregistrée",
    "candidature.validated": "Candidature validée en ligne",
    "candidature.validation_reminded": "Validation en ligne relancée",
    "candidature.withdrawn": "Candidature désinscrite",
    "candidature.ecartee": "Candidature écartée",
    "candidatures.exported": "Candidatures exportées",
    "catalogue.loaded": "Catalogue chargé",
    "correction.abandoned": "Correction abandonnée",
    "correction.resumed": "Correction commencée par un autre reprise",
    "correction.started": "Correction commencée",
    "deposit.deleted": "Fichier supprimé",
    "deposit.loaded_ahead": "Pièce suivante préparée, pas encore ouverte",
    "deposit.made": "Fichier déposé",
    "deposit.opened": "Fichier ouvert",
    "deposit.restored": "Fichier remis en place",
    "deposit.scanned": "Fichier examiné par l'antivirus",
    "document.opened": "Document consulté",
    "document.previewed": "Document consulté avant publication",
    "document.withdrawn": "Document retiré",
    "draft.reminded": "Brouillon relancé",
    "epreuves.exported": "Épreuves exportées",
    "erased": "Données personnelles effacées",
    "erasure.answered": "Demande d'effacement traitée",
    "erasure.requested": "Effacement demandé",
    "etablissements.loaded": "Établissements chargés",
    "filters_saved": "Filtres enregistrés changés",
    "identity_corrected": "État civil corrigé",
    "identity_joined": "Compte de gestion relié à ProConnect",
    "import.abandoned": "Publication abandonnée",
    "import_model.exported": "Modèle de publication exporté, rempli",
    "import_refusals.exported": "Lignes refusées exportées",
    "import.checked": "Fichier à publier contrôlé",
    "import.created": "Publication préparée",
    "import.published": "Documents publiés",
    "import.sent": "Fichiers à publier envoyés",
    "import.withdrawn": "Publication retirée",
    "incident.noted": "Incident noté, périodes prolongées",
    "message.published": "Message publié",
    "message.withdrawn": "Message retiré",
    "note.added": "Note gardée",
    "passkey_added": "Clé d'accès ajoutée",
    "passkey_removed": "Clé d'accès retirée",
    "passkey_used": "Clé d'accès utilisée",
    "password_changed": "Mot de passe de gestion changé",
    "personal_copy.asked": "Copie des données demandée",
    "piece.asked_again": "Pièce redemandée pour une nouvelle version",
    "piece.controlled": "Pièce contrôlée",
    "piece.control_taken_back": "Décision sur une pièce annulée",
    "piece.found_infected": "Pièce remise à contrôler : fichier trouvé dangereux",
    "pieces.exported": "Pièces exportées",
    "piece.validated": "Pièces validées",
    "publication.ordered": "Document rédigé publié",
    "recovery_code_used": "Code de secours utilisé",
    "recovery_codes_renewed": "Codes de secours renouvelés",
    "retention.held": "Effacements d'une session suspendus",
    "retention.released": "Effacements d'une session repris",
    "second_factor_renewed": "Second facteur renouvelé",
    "second_factor_reset": "Second facteur réinitialisé",
    "second_factors_resealed": "Protection des seconds facteurs renouvelée",
    "staff_created": "Compte de gestion créé",
    "staff_disabled": "Compte de gestion désactivé",
    "staff_enabled": "Compte de gestion réactivé",
    "staff_invited": "Membre de l'équipe invité",
    "staff_invited_again": "Membre de l'équipe invité de nouveau",
    "staff_logged_in": "Connexion à l'espace de gestion",
    "staff_profile_changed": "Profil d'un membre changé",
    "staff_renewed": "Accès de gestion renouvelé",
    "staff_set_up": "Accès de gestion activé par son titulaire",
    "token_created": "Jeton créé",
    "token_revoked": "Jeton révoqué",
    "window.changed": "Dates d'une ouverture changées",
}
ACTOR_LABELS = {
    "candidate": "Candidat",
    "staff": "Gestionnaire",
    "service": "Service",
    "command": "Exploitant",
    "operator": "Exploitant",
}
VALUE_LABELS = {
    "academie": "académie",
    "academies": "académies",
    "begun_at": "commencée le",
    "candidate": "candidat",
    "changed": "changés",
    "changes": "nombre de changements",
    "civilite": "civilité",
    "closes": "fermeture des inscriptions",
    "date_naissance": "date de naissance",
    "departement": "département",
    "deposit_closes": "fermeture du dépôt",
    "deposit_id": "dépôt",
    "deposit_opens": "ouverture du dépôt",
    "deposited": "fichier déposé",
    "digest": "empreinte du catalogue",
    "email": "adresse mail",
    "event_id": "envoi",
    "exam": "examen",
    "expires_at": "fin",
    "filters": "filtres",
    "first": "premiers codes",
    "form": "forme",
    "from": "à partir du",
    "hors_liste": "hors liste",
    "lines": "premiers changements",
    "name": "nom",
    "new": "nouveaux",
    "nom_famille": "nom de famille",
    "nom_usage": "nom d'usage",
    "note_id": "note",
    "numero_candidat": "N° candidat",
    "opens": "ouverture des inscriptions",
    "overridden": "nombre de règles écartées",
    "pieces": "pièces",
    "prenoms": "prénoms",
    "ready": "prêts",
    "reason": "motif",
    "refused": "refusés",
    "role": "profil",
    "rung": "palier",
    "scan": "antivirus",
    "scopes": "droits",
    "sent_again": "renvoyées",
    "session_closes": "fin de la session",
    "severity": "importance",
    "sha256": "empreinte",
    "size": "octets",
    "state": "état",
    "status": "statut",
    "text": "texte",
    "title": "titre",
    "until": "jusqu'au",
    "validated": "validées",
    "validated_at": "validée le",
}
"""Of what changed; a name without an entry is shown as it is."""
_CODE_LABELS = {
    **STATE_LABELS,
    **STATUS_LABELS,
    **CANDIDATURE_STATE_LABELS,
    **STAFF_ROLE_LABELS,
    **SCAN_LABELS,
    FileForm.COPY: "copie",
    FileForm.ORIGINAL: "fichier d'origine",
    "none": "sans statut",
}
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+\+00:00")


def readable_changes(
    before: Mapping[str, object] | None, after: Mapping[str, object] | None
) -> Iterator[str]:
    """Yield each change in words: « état : Active → Écartée », « motif : Panne »."""
    old = dict(_labelled(before or {}))
    new = dict(_labelled(after or {}))
    for label in {**old, **new}:
        was = old.get(label, "")
        now = new.get(label, "-")
        yield f"{label} : {now}" if was in ("", now) else f"{label} : {was} → {now}"


def _labelled(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    return (
        (VALUE_LABELS.get(name, name), _text(value))
        for name, value in values.items()
        if value is not None
    )


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return ", ".join(f"{label} {text}" for label, text in _labelled(value))
    if isinstance(value, bool):
        return "oui" if value else "non"
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return (
        short_instant(datetime.fromisoformat(value))
        if _INSTANT.fullmatch(value)
        else _CODE_LABELS.get(value, value)
    )
