"""What the guide's candidate types into « Formulaire de création »."""

from typing import Any

EMAIL = "lbinet@ac-rennes.fr"
NEW_EMAIL = "laurent.binet@domaine.fr"
PASSWORD = "Bouleau/2021"
CONFIRMED = ("nom_famille", "date_naissance", "email", "password")


def creation_form(**changes: Any) -> dict[str, Any]:
    """The guide's example (§3), with the fields given replaced, and confirmed unless another
    confirmation is given."""
    typed = {
        "civilite": "MONSIEUR",
        "nom_famille": "BINET",
        "nom_usage": "",
        "prenoms": "Laurent",
        "date_naissance": "01/02/2001",
        "pays_naissance": "100",
        "departement_naissance": "014",
        "commune_naissance": "CAEN",
        "email": EMAIL,
        "password": PASSWORD,
        **changes,
    }
    return {f"{name}_confirmation": typed[name] for name in CONFIRMED} | typed
