"""Translates the messages of marshmallow and webargs about a body or a query into French.

They are translated when an error is answered (problems.py), since validators create messages when
schemas are loaded.
"""

import re
from collections.abc import Mapping

NOT_ADMITTED = "Cette valeur n'est pas admise."  # for a message without translation

# The libraries' messages and ours; « {name} » stands for the same text on both sides.
SENTENCES: Mapping[str, str] = {
    # webargs
    "Invalid JSON body.": "Le corps de la requête n'est pas un JSON lisible.",
    "Invalid value.": NOT_ADMITTED,
    # schemas
    "Invalid input type.": "Un objet est attendu.",
    "Unknown field.": "Champ inconnu.",
    # fields
    "Missing data for required field.": "Ce champ est requis.",
    "Field may not be null.": "Ce champ ne peut pas être nul.",
    "Invalid type.": "Un objet est attendu.",
    "Not a valid string.": "Un texte est attendu.",
    "Not a valid integer.": "Un nombre entier est attendu.",
    "Number too large.": "Ce nombre est trop grand.",
    "Not a valid boolean.": "true ou false est attendu.",
    "Not a valid list.": "Une liste est attendue.",
    "Length must be {equal}.": "La longueur doit être {equal}.",
    "Not a valid mapping type.": "Un objet est attendu.",
    "Not a valid date.": "Une date AAAA-MM-JJ est attendue.",
    "Not a valid datetime.": "Un instant ISO 8601 est attendu.",
    "Not a valid aware datetime.": "Un instant ISO 8601 avec son fuseau est attendu.",
    # validators
    "Must be one of: {choices}.": "Une de ces valeurs est attendue : {choices}.",
    "Must be greater than or equal to {min}.": "La valeur est au moins {min}.",
    "Must be less than or equal to {max}.": "La valeur est au plus {max}.",
    "Must be greater than or equal to {min} and less than or equal to {max}.": (
        "La valeur va de {min} à {max}."
    ),
    "Shorter than minimum length {min}.": "La longueur est au moins {min}.",
    "Longer than maximum length {max}.": "La longueur est au plus {max}.",
    "Length must be between {min} and {max}.": "La longueur va de {min} à {max}.",
    "String does not match expected pattern.": "Ce texte n'a pas la forme attendue.",
    "Invalid input.": NOT_ADMITTED,
}


def in_french(sentence: str) -> str:
    """The translation of a library's message; a message of ours is returned unchanged."""
    for pattern, translated in _PATTERNS:
        if match := pattern.fullmatch(sentence):
            return translated.format(**match.groupdict())
    return sentence


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(template)), re.DOTALL)


# Longer ones first: a message with « … and less than … » also matches the shorter pattern.
_PATTERNS = tuple(
    (_pattern(theirs), SENTENCES[theirs]) for theirs in sorted(SENTENCES, key=len, reverse=True)
)
