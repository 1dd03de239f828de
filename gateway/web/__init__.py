"""The pages, one package per journey in the users' words: those of candidates, and of gestionnaires (gestion)."""

from collections.abc import Iterator

from flask import Blueprint

from gateway.settings import GatewaySettings


def blueprints(settings: GatewaySettings) -> Iterator[Blueprint]:
    """The journeys that `settings` allow."""
    from gateway.api import blueprint as api
    from gateway.web import accueil, compte, documents, gestion, inscription, justificatifs, mails, messages

    yield accueil.blueprint
    yield compte.blueprint
    yield inscription.blueprint
    yield documents.blueprint
    yield justificatifs.blueprint
    yield messages.blueprint
    yield gestion.blueprint
    yield api
    if settings.mails:
        yield mails.blueprint
