"""Mistakes in catalogue files: all are collected, each with its file and line, before the catalogue
is refused."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Mistake:
    """What is wrong and how to correct it (French), printed « file:line: … »."""

    file: str
    line: int  # from 1
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class CatalogueError(Exception):
    """The files cannot be loaded. `mistakes`: all of them, by file and line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def suggestion(typed: str, known: Iterable[str]) -> str:
    """How to correct an unknown word (French): the nearest known one, else all known ones."""
    choice = sorted(known)
    if len(choice) == 1:
        return f"écrire « {choice[0]} »"
    near = difflib.get_close_matches(typed, choice, n=1, cutoff=0.6)
    if near:
        return f"écrire « {near[0]} »"
    if not choice:
        return "la retirer"
    return f"choisir parmi {', '.join(choice)}"
