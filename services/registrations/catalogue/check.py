"""`python -m services.registrations.catalogue.check DIR`: prints one line per mistake; status 1 if there is any."""

import sys
from pathlib import Path

from services.chassis.clock import portal_now
from services.registrations.catalogue.contents import read_catalogue
from services.registrations.catalogue.mistakes import CatalogueError, Mistake


def mistakes(root: Path) -> tuple[Mistake, ...]:
    """All that is wrong with the exams and the establishments of a folder."""
    try:
        read_catalogue(root, portal_now())
    except CatalogueError as error:
        return error.mistakes
    return ()


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage : python -m services.registrations.catalogue.check DOSSIER\n")
        return 2
    all_mistakes = mistakes(Path(arguments[0]))
    for mistake in all_mistakes:
        sys.stdout.write(f"{mistake}\n")
    return 1 if all_mistakes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
