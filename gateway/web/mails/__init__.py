"""« /mails »: the mails that the one-machine mode wrote into a folder instead of sending them. Never in production."""

from flask import Blueprint

blueprint = Blueprint("mails", __name__)

from gateway.web.mails import mails  # noqa: E402, F401 - it adds its routes
