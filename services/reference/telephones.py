"""Telephone numbers in the two formats of the guide: 0623456789 or +33623456789, others as
+<country>."""

import re

EXAMPLES = "0623456789 ou +33623456789"
EXAMPLES_FIXE = "0123456789 ou +33123456789"
EXPECTED_FORMATS = f"Saisissez un numéro tel que {EXAMPLES}."
EXPECTED_MOBILE_FORMATS = (
    "Saisissez un numéro de portable, qui commence par 06 ou 07 (+336 ou +337)."
)

_SEPARATORS = re.compile(r"[\s.\-/‐‑–]+")
_NATIONAL = re.compile(r"0[1-9][0-9]{8}")
_FRENCH_ABROAD = re.compile(r"\+330?([1-9][0-9]{8})")
_FRENCH_MOBILE = re.compile(r"(?:0|\+33)[67]")
# E.164 allows 15 digits; the shortest numbers in use, country code included, have 7.
_FOREIGN = re.compile(r"\+(?!33)[1-9][0-9]{6,14}")


def normalised(text: str) -> str:
    """The number without separators, in the format that was chosen (national or +…); an empty text
    stays empty. « 00 » in front counts as « + », and « +33 (0)6 … » loses its zero. Raises
    ValueError, with a sentence in French that does not repeat the number."""
    number = _SEPARATORS.sub("", text.replace("(0)", ""))
    if number.startswith("00"):
        number = "+" + number[2:]
    if not number or _NATIONAL.fullmatch(number) or _FOREIGN.fullmatch(number):
        return number
    if french := _FRENCH_ABROAD.fullmatch(number):
        return "+33" + french[1]
    raise ValueError(EXPECTED_FORMATS)


def normalised_mobile(text: str) -> str:
    """`normalised`, for a mobile: in France 06 and 07, overseas too (0690, 0692, 0694 …); abroad no
    rule is known."""
    number = normalised(text)
    if (
        _NATIONAL.fullmatch(number) or _FRENCH_ABROAD.fullmatch(number)
    ) and not _FRENCH_MOBILE.match(number):
        raise ValueError(EXPECTED_MOBILE_FORMATS)
    return number


def displayed(number: str) -> str:
    """A normalised number as documents print it: « 06 06 06 06 06 », « +33 6 06 06 06 06 »; those
    of other countries, each with habits of its own, as they are."""
    national = f"0{french[1]}" if (french := _FRENCH_ABROAD.fullmatch(number)) else number
    if not _NATIONAL.fullmatch(national):
        return number
    pairs = re.sub(r"(\d\d)(?=\d)", r"\1 ", national)
    return f"+33 {pairs[1:]}" if french else pairs
