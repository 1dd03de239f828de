"""`python -m gateway`: the gateway's web process."""

import os
import sys

from flask import Flask

from gateway.app import create_app
from gateway.fair_threads import FairWorker
from gateway.settings import GatewaySettings
from services.chassis.settings import SettingsError
from services.chassis.traces import spans
from services.chassis.web.gunicorn_server import DrainingWorker, serve


def main() -> None:
    try:
        settings = GatewaySettings.read(os.environ)
    except SettingsError as error:
        sys.exit(f"gateway ne peut pas démarrer :\n{error}")

    def create() -> Flask:
        spans.start(settings, "gateway", joins_callers=False)  # anybody may write a traceparent
        return create_app(settings)

    worker = DrainingWorker if settings.behind_proxy else FairWorker
    serve(create, proc_name="gateway", threads=settings.threads, worker_class=worker)


if __name__ == "__main__":
    main()
