"""`python -m services.pieces web | worker | migrate | reconcile | parked …`"""

from services.chassis.roles.command_line import main
from services.confined.checks import hide_memory
from services.pieces import dependencies
from services.pieces.app import create_app
from services.pieces.jobs import registry
from services.pieces.settings import PiecesSettings

if __name__ == "__main__":
    hide_memory()  # before the secrets are read, also by the process that only starts others
    main("pieces", PiecesSettings, create_app, registry, prepare=dependencies.prepare_store)
