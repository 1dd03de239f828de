"""The N° candidat in the name of a PDF that an exam office sends."""

from __future__ import annotations

import re

from services.contracts.document_rules import NUMERO_LENGTH
from services.documents.domain.cell_values import cleaned_text

MAX_NAME_LENGTH = 200  # characters
_NUMERO = re.compile(rf"(?<![0-9])[0-9]{{{NUMERO_LENGTH}}}(?![0-9])")


def shown_name(name: str) -> str:
    """The name without folders, as reports show it."""
    return cleaned_text(name.replace("\\", "/").rpartition("/")[2])[:MAX_NAME_LENGTH] or "sans nom"


def numero_in(name: str) -> str:
    """« convocation-02103000001.pdf » → 02103000001. Raises ValueError, with the reason, for a name with none or
    several."""
    numeros = set(_NUMERO.findall(shown_name(name)))
    if not numeros:
        raise ValueError(f"Aucun N° candidat ({NUMERO_LENGTH} chiffres) dans le nom du fichier")
    if len(numeros) > 1:
        raise ValueError("Plusieurs N° candidat dans le nom du fichier")
    return numeros.pop()
