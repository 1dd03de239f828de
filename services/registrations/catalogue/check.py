"""`python -m services.registrations check-catalogue DIR`: prints one line per mistake; status 1 if there is any."""

import sys
from pathlib import Path

from services.chassis.clock import portal_now
from services.registrations.catalogue.contents import read_catalogue
from services.registrations.catalogue.mistakes import CatalogueError


def check(root: Path) -> int:
    """The status. Prints all that is wrong with the exams and the establishments of a folder."""
    try:
        read_catalogue(root, portal_now())
    except CatalogueError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    return 0
