"""What the guide's candidate types into « Formulaire de création »."""

from typing import Any

EMAIL = "lbinet@ac-rennes.fr"
PASSWORD = "Bouleau/2021"


def creation_form(**changes: Any) -> dict[str, Any]:
    """The guide's example (§3), with the fields given replaced."""
    return {
        "civilite": "MONSIEUR",
        "nom_famille": "BINET",
        "nom_famille_confirmation": "BINET",
        "nom_usage": "",
        "prenoms": "Laurent",
        "date_naissance": "01/02/2001",
        "date_naissance_confirmation": "01/02/2001",
        "pays_naissance": "100",
        "departement_naissance": "014",
        "commune_naissance": "CAEN",
        "email": EMAIL,
        "email_confirmation": EMAIL,
        "password": PASSWORD,
        "password_confirmation": PASSWORD,
        **changes,
    }
