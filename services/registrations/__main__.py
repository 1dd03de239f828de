"""`python -m services.registrations web | worker | migrate | load-catalogue …`; check-catalogue needs no setting."""

import sys

from services.chassis.process.command_line import main
from services.registrations.app import create_app
from services.registrations.catalogue.check import main as check
from services.registrations.jobs import registry
from services.registrations.settings import RegistrationsSettings

if __name__ == "__main__":
    if sys.argv[1:2] == ["check-catalogue"]:
        sys.exit(check(sys.argv[2:] or ["catalogue"]))
    main("registrations", RegistrationsSettings, create_app, registry)
