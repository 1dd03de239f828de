"""What a worker's health pages answer."""

import requests

from services.chassis.roles import worker as workers
from services.chassis.web import health_pages
from tests.support.ports import free_port


def health_of(worker: workers.Worker, probe: str) -> requests.Response:
    port = free_port()
    page = health_pages.serve("127.0.0.1", port, worker.readiness(), worker.stuck)
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/{probe}", timeout=30)
    finally:
        page.shutdown()
        page.server_close()
