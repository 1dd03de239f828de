"""The pages, one package per journey in the users' words: those of candidates, and of gestionnaires
(gestion)."""

from flask import Blueprint

from gateway.settings import GatewaySettings


def blueprints(settings: GatewaySettings) -> list[Blueprint]:
    """The journeys that `settings` allow."""
    from gateway import api
    from gateway.web import (
        accueil,
        compte,
        documents,
        gestion,
        inscription,
        justificatifs,
        mails,
        messages,
    )

    journeys = (accueil, compte, inscription, documents, justificatifs, messages, gestion, api)
    return [journey.blueprint for journey in (*journeys, *([mails] if settings.mails else []))]
