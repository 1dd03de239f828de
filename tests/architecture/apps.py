"""Every application of the portal as its process would build it, over a SQLite file, talking to
nobody."""

from importlib import import_module
from pathlib import Path

from flask import Flask

from gateway.app import create_app as create_gateway
from tests.support import tokens
from tests.support.process_settings import gateway_settings, service_settings
from tests.support.service_worker import database_of as database_of


def build(name: str, folder: Path, database_url: str | None = None) -> Flask:
    """The application `name`, "gateway" or a service; services accept the tokens of
    tests/support."""
    if name == "gateway":
        return create_gateway(gateway_settings(folder))
    settings = service_settings(name, database_url or f"sqlite:///{folder / name}.db", folder)
    app: Flask = import_module(f"services.{name}.app").create_app(settings)
    app.extensions["portail.tokens"].key_of = tokens.key_of
    return app
