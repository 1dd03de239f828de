"""Domains of mail addresses that many candidates have, and the one that was meant where a single
slip made another."""

DOMAINS = (
    "gmail.com",
    "hotmail.com",
    "hotmail.fr",
    "outlook.com",
    "outlook.fr",
    "live.com",
    "live.fr",
    "yahoo.com",
    "yahoo.fr",
    "icloud.com",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "bbox.fr",
    "numericable.fr",
    "neuf.fr",
    "protonmail.com",
    "ymail.com",
    "mail.com",
    "email.com",
)
SHORTEST_MISTYPED = 7  # characters; too many shorter domains are one slip away


def corrected_address(address: str) -> str | None:
    """« a@gmail.com » for « a@gmial.com »; None where the domain is one of these, or like none."""
    local, _, typed = address.strip().rpartition("@")
    if not local or len(typed) < SHORTEST_MISTYPED or typed.lower() in DOMAINS:
        return None
    meant = next((domain for domain in DOMAINS if _is_a_slip(typed.lower(), domain)), None)
    return f"{local}@{meant}" if meant else None


def _is_a_slip(typed: str, meant: str) -> bool:
    """One letter more, less or other, or two neighbours in the wrong order."""
    pairs = enumerate(zip(typed, meant, strict=False))
    start = next(
        (index for index, (letter, other) in pairs if letter != other), min(len(typed), len(meant))
    )
    t = typed[start:]
    m = meant[start:]
    return m in (t[1:], t[1::-1] + t[2:]) or m[1:] in (t, t[1:])
