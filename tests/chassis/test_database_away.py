"""What a service answers while its database is away: that it cannot at the moment, never that it is broken."""

from __future__ import annotations

from flask_smorest import Blueprint
from sqlalchemy import text

from services.chassis import access
from services.chassis.database import Database
from services.chassis.settings import Secret, ServiceSettings
from services.chassis.web import create_service
from tests.support.ports import free_port
from tests.support.postgres import Postgres


def asked() -> tuple[Database, Blueprint]:
    """A service whose one route has the server end its connection."""
    db, blueprint = Database(), Blueprint("asked", __name__)

    @blueprint.get("/asked")
    @access.public
    def ask() -> str:
        with db.reading() as session:
            return str(session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())")).scalar())

    return db, blueprint


def answer(database_url: str) -> tuple[int, str]:
    db, blueprint = asked()
    settings = ServiceSettings(
        env="test", database_url=database_url, broker_url="amqp://x:x@127.0.0.1:1/x",
        accounts_url="http://127.0.0.1:1", client_id="x", client_secret=Secret("-"),
    )  # fmt: skip
    app = create_service("asked", settings, db, title="-", blueprints=[blueprint])
    answered = app.test_client().get("/asked")
    return answered.status_code, answered.get_json()["type"]


def test_a_server_that_refuses_is_a_service_that_is_away() -> None:
    assert answer(f"postgresql+psycopg://x:x@127.0.0.1:{free_port()}/x") == (503, "/problems/indisponible")


def test_so_is_one_that_ends_the_connection_in_the_middle_of_a_request(postgres: Postgres) -> None:
    assert answer(postgres.fresh_database()) == (503, "/problems/indisponible")
