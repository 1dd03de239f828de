"""`python -m services.registrations web | worker | migrate | load-catalogue …`; check-catalogue
needs no setting."""

import sys
from pathlib import Path

from services.chassis.roles.command_line import main
from services.registrations.app import create_app
from services.registrations.catalogue.contents import check
from services.registrations.jobs import registry
from services.registrations.settings import RegistrationsSettings

if __name__ == "__main__":
    if sys.argv[1:2] == ["check-catalogue"]:
        sys.exit(check(Path(*sys.argv[2:3] or ["catalogue"])))
    main("registrations", RegistrationsSettings, create_app, registry)
