"""`python -m services.documents web | worker | migrate | reconcile | parked …`"""

from services.chassis.roles.command_line import main
from services.documents.app import create_app
from services.documents.dependencies import prepare_store
from services.documents.jobs import registry
from services.documents.settings import DocumentsSettings

if __name__ == "__main__":
    main("documents", DocumentsSettings, create_app, registry, prepare=prepare_store)
