"""« /mails »: what the one-machine mode would have sent, to be read and followed. Never in production."""

from flask import Blueprint

blueprint = Blueprint("mails", __name__)

from gateway.web.mails import courriers  # noqa: E402,F401 - it adds its routes
