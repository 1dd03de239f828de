"""The guide's own words, screen by screen (data/guide-words.yaml)."""

from pathlib import Path

import yaml

from tests.journeys.text_reading import without_spaces

WORDS = Path(__file__).parent / "data" / "guide-words.yaml"
SCREENS: dict[str, str | list[str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))


def missing_words(screen: str, text: str) -> list[str]:
    """What the guide shows on that screen and `text` does not have, white space aside."""
    wanted = SCREENS[screen]
    words = [wanted] if isinstance(wanted, str) else wanted
    return [phrase for phrase in words if without_spaces(phrase) not in without_spaces(text)]
