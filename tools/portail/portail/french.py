"""French for what click says of a command that was typed wrong, and in its help.

click asks `gettext` of the standard library, taken when it is imported: so this is called before.
"""

import gettext

SENTENCES = {
    "Usage:": "Usage :",
    "Options": "Options",
    "Commands": "Commandes",
    "Positional arguments": "Arguments",
    "Show this message and exit.": "Afficher cette aide.",
    "Show the version and exit.": "Afficher la version.",
    "default: {default}": "par défaut : {default}",
    "env var: {var}": "variable d'environnement : {var}",
    "Try '{command} {option}' for help.": "« {command} {option} » affiche l'aide.",
    "Error: {message}": "Erreur : {message}",
    "Aborted!": "Interrompu.",
    "Missing argument": "Il manque l'argument",
    "Missing option": "Il manque l'option",
    "Missing parameter": "Il manque le paramètre",
    "Missing command.": "Il manque une commande.",
    "Choose from:\n\t{choices}": "Au choix :\n\t{choices}",
    "No such command {name!r}.": "La commande {name!r} n'existe pas.",
    "No such option {name!r}.": "L'option {name!r} n'existe pas.",
    "Option {name!r} does not take a value.": "L'option {name!r} ne prend pas de valeur.",
    "Invalid value: {message}": "Valeur incorrecte : {message}",
    "Invalid value for {param_hint}: {message}": "Valeur incorrecte pour {param_hint} : {message}",
    "{value!r} is not a valid {number_type}.": "{value!r} n'est pas un nombre.",
    "{value} is not in the range {range}.": "{value} n'est pas dans l'intervalle {range}.",
    "{name} {filename!r} does not exist.": "{name} {filename!r} n'existe pas.",
    "{name} {filename!r} is a directory.": "{name} {filename!r} est un dossier.",
    "{name} {filename!r} is a file.": "{name} {filename!r} est un fichier.",
    "{name} {filename!r} is not readable.": "{name} {filename!r} ne peut pas être lu.",
    "file": "fichier",
    "directory": "dossier",
    "path": "chemin",
    "File": "Le fichier",
    "Directory": "Le dossier",
    "Path": "Le chemin",
    "{value!r} is not {choice}.": "{value!r} n'est pas {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} n'est pas parmi {choices}.",
    "Got unexpected extra argument ({args})": "Argument en trop ({args})",
    "Got unexpected extra arguments ({args})": "Arguments en trop ({args})",
    "Option {name!r} requires an argument.": "L'option {name!r} demande une valeur.",
    "Option {name!r} requires {nargs} arguments.": "L'option {name!r} demande {nargs} valeurs.",
    "Did you mean {possibility}?": "Vouliez-vous dire {possibility} ?",
    "(Did you mean one of: {possibilities}?)": "(Vouliez-vous dire : {possibilities} ?)",
}
"""What is not here is said as click says it."""


def speak_french() -> None:
    """To be called before click is imported."""
    gettext.gettext = _in_french
    gettext.ngettext = _in_french_of_several


def _in_french(message: str) -> str:
    return SENTENCES.get(message, message)


def _in_french_of_several(msgid1: str, msgid2: str, n: int) -> str:
    return _in_french(msgid1 if n == 1 else msgid2)
