"""Mail addresses: which are accepted, and the key under which two spellings are the same address
(case is ignored)."""

import re

from services.accounts.domain.form_reader import FormReader

ADDRESS_LENGTH = 254
"""RFC 5321, 4.5.3.1: a path of 256 octets less its angle brackets."""

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_TOP_LEVEL_DOMAIN = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
INVALID_ADDRESS = "Saisissez une adresse mail valide. Exemple : nom.prenom@domaine.fr."


def key_of(address: str) -> str:
    """Return the form under which an address is unique: lower case, an accented domain in its ASCII
    form."""
    local, _, domain = address.strip().rpartition("@")
    return f"{local}@{_ascii_domain(domain)}".lower()


def is_valid(address: str) -> bool:
    """Tell whether mail can be sent there: ASCII before the @, a domain with a dot after it."""
    local, at, domain = address.rpartition("@")
    labels = _ascii_domain(domain).lower().split(".")
    return (
        bool(at)
        and len(key_of(address)) <= ADDRESS_LENGTH
        and len(local) <= 64
        and _LOCAL_PART.fullmatch(local) is not None
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and _TOP_LEVEL_DOMAIN.fullmatch(labels[-1]) is not None
    )


def read_confirmed(reader: FormReader) -> str:
    """Return the address typed twice, as typed the first time; its mistakes are in `reader`."""
    address = reader.required_text("email", "votre adresse mail")
    if address and not is_valid(address):
        reader.add_mistake("email", INVALID_ADDRESS)
    confirmation = reader.required_text("email_confirmation", "une seconde fois votre adresse mail")
    if confirmation and key_of(confirmation) != key_of(address):
        reader.add_mistake(
            "email_confirmation", "La confirmation diffère de l'adresse mail saisie."
        )
    return address


def _ascii_domain(domain: str) -> str:
    if len(domain) > ADDRESS_LENGTH:  # no domain is that long, and encoding it would take long
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
