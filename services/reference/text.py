"""How names of places are written (`capitals`) and compared (`folded`), how people's names are
kept, and which characters the portal's documents can print (`data/caracteres.json` is what their
fonts hold, a test compares both).

The guide writes places in unaccented capitals (TROYES, BESANCON); people type them with or without
accents, apostrophes and hyphens, and abbreviate Saint.
"""

import re
import unicodedata
from functools import cache, lru_cache

from services.reference import read_json

# Typographic signs made plain, and letters that Unicode does not decompose into a base letter and
# marks.
_PLAIN = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        "Œ": "OE",
        "œ": "oe",
        "Æ": "AE",
        "æ": "ae",
        "Ø": "O",
        "ø": "o",
        "Đ": "D",
        "đ": "d",
        "Ð": "D",
        "ð": "d",
        "Ł": "L",
        "ł": "l",
        "Ħ": "H",
        "ħ": "h",
        "Þ": "TH",
        "þ": "th",
        "ẞ": "SS",
        "ß": "ss",
        "ı": "i",
    }
)
_SAINTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_WORD = re.compile(r"[^\W_]+")
_ORDINAL = re.compile(r"0*([0-9]+)(?:er|re|ere|e|eme)?")

# Control, formatting and (from broken encodings, which no database takes) surrogate characters.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_APOSTROPHES_AND_HYPHENS = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-"})

MAX_NAMED_CHARACTERS = 5


def capitals(text: str) -> str:
    """`text` in unaccented capitals: « L'Haÿ-les-Roses » gives « L'HAY-LES-ROSES », « Œuilly » «
    OEUILLY ». Only Latin letters lose their marks: in other scripts й and и are different
    letters."""
    return " ".join(_plain(text).upper().split())


@lru_cache(maxsize=4096)  # the same labels of lists are compared at every search
def folded(text: str) -> str:
    """The form in which two spellings of a place are equal: « St-Étienne » and « SAINT ETIENNE »
    are, « 1er » and « 01 ». For comparing only, never for showing."""
    return " ".join(_folded_word(word) for word in words(text))


def words(text: str) -> list[str]:
    """The words of `text` in lower case without accents, abbreviations left as they are."""
    return _WORD.findall(_plain(text).lower())


def _folded_word(word: str) -> str:
    ordinal = _ORDINAL.fullmatch(word)
    return ordinal[1] if ordinal else _SAINTS.get(word, word)


def _plain(text: str) -> str:
    if text.isascii():
        # Grave accents typed as apostrophes are the one mark that ASCII text may hold.
        return text.replace("`", "'")
    # Twice: « ´ » decomposes into a space and a mark, while « ǿ » shows its ø only once the mark is
    # gone.
    return _without_marks(text.translate(_PLAIN)).translate(_PLAIN)


def _without_marks(text: str) -> str:
    characters: list[str] = []
    base_is_latin = False
    for character in unicodedata.normalize("NFKD", text):
        if not unicodedata.combining(character):
            base_is_latin = unicodedata.name(character, "").startswith("LATIN")
        elif base_is_latin:
            continue
        characters.append(character)
    return unicodedata.normalize("NFC", "".join(characters))


def normalised_text(text: str) -> str:
    """`text` in Unicode NFC, single spaces, plain apostrophes and hyphens; case and accents
    untouched. Control and invisible formatting characters are dropped: these could show a name in
    another order than it is stored."""
    if (
        text.isascii() and text.isprintable()
    ):  # as most of what people type is: none of the rest can be in it
        return " ".join(text.split())
    spaced = " ".join(text.translate(_APOSTROPHES_AND_HYPHENS).split())
    visible = "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE)
    # Dropping a character can bring two spaces together, or a mark next to its letter.
    return unicodedata.normalize("NFC", " ".join(visible.split()))


@cache
def code_points() -> frozenset[int]:
    ranges = (text.split("-") for text in read_json("caracteres.json")["ranges"])
    return frozenset(
        point for first, last in ranges for point in range(int(first, 16), int(last, 16) + 1)
    )


def refusal_of_unprintable(text: str) -> str | None:
    """Why a text in NFC that is printed cannot be taken, and what to do; None where it can."""
    characters = list(
        dict.fromkeys(character for character in text if ord(character) not in code_points())
    )
    if not characters:
        return None
    named = ", ".join(f"« {character} »" for character in characters[:MAX_NAMED_CHARACTERS])
    if len(characters) == 1:
        subject = f"Le caractère {named} ne peut pas être imprimé"
    else:
        more = len(characters) - MAX_NAMED_CHARACTERS
        subject = (
            f"Les caractères {named}{f' et {more} de plus' if more > 0 else ''} ne peuvent pas "
            "être imprimés"
        )
    return (
        f"{subject} sur vos documents. Écrivez en lettres latines, comme sur votre pièce "
        "d'identité française ou votre titre de séjour."
    )
