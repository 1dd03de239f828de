"""`python -m services.accounts web | worker | migrate | create-staff | disable-staff | create-token
…`."""

from services.accounts.app import create_app
from services.accounts.dependencies import prepare_store
from services.accounts.jobs import registry
from services.accounts.settings import AccountsSettings
from services.chassis.roles.command_line import main

if __name__ == "__main__":
    main("accounts", AccountsSettings, create_app, registry, prepare=prepare_store)
