"""`python -m gateway`: the gateway's web process."""

from __future__ import annotations

import os
import sys

from gateway.app import create_app
from gateway.settings import GatewaySettings
from services.chassis.settings import SettingsError
from services.chassis.web.gunicorn_server import serve


def main() -> None:
    try:
        settings = GatewaySettings.read(os.environ)
    except SettingsError as error:
        sys.exit(f"gateway ne peut pas démarrer :\n{error}")
    serve(lambda: create_app(settings), proc_name="gateway", threads=settings.threads)


if __name__ == "__main__":
    main()
