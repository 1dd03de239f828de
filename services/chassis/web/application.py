"""Creates the Flask application of a service, as far as it is the same for all four."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import islice
from typing import Any

import orjson
import structlog
from flask import Blueprint, Flask, Response, jsonify, request
from flask.json.provider import DefaultJSONProvider
from flask_migrate import Migrate
from marshmallow import RAISE
from sqlalchemy.exc import SQLAlchemyError
from webargs.flaskparser import FlaskParser

from services import clock
from services.chassis.database.availability import is_database_unavailable
from services.chassis.database.transactions import Database
from services.chassis.errors import DomainError, FieldError, Invalid, NotFound, Unavailable
from services.chassis.process import logs
from services.chassis.process.capacity import MAX_BODY_BYTES, thread_count
from services.chassis.process.logs import frames_of, reason_of
from services.chassis.process.places import REFUSAL, RETRY_AFTER
from services.chassis.process.probe import HEALTH_PATHS
from services.chassis.process.readiness import Check, Readiness
from services.chassis.settings import ServiceSettings
from services.chassis.traces import spans
from services.chassis.web import access, api_description, health_pages, problems, request_log
from services.chassis.web.access_tokens import KeyOf, RemoteKeys
from services.chassis.web.operations import check_all_served
from services.contracts.api.operation import Section

MAX_ERRORS_OF_A_KIND = 50  # in one answer
UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # NUL, unpaired surrogates
FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION["query"] = RAISE  # a misspelt filter would widen a list


class Json(DefaultJSONProvider):
    """Serialises with orjson, ten times as fast, except what it refuses (unpaired surrogates);
    parses as Flask does."""

    sort_keys = False

    def dumps(self, obj: object, **how: Any) -> str:
        try:
            return orjson.dumps(obj, self.default, orjson.OPT_NON_STR_KEYS).decode()
        except orjson.JSONEncodeError:
            return super().dumps(obj, **how)


def create_service(
    name: str,
    settings: ServiceSettings,
    db: Database,
    *,
    title: str,
    sections: Sequence[Section] = (),
    views: Sequence[Blueprint] = (),
    key_of: KeyOf | None = None,
    reports: dict[str, Check] | None = None,
) -> Flask:
    """Return the Flask application of service `name`. `key_of` replaces accounts' published keys
    (accounts itself, tests).

    `sections`: the operations that it declares, which `views` serve; `reports`: see Readiness.
    """
    app = Flask(f"services.{name}", static_folder=None)
    spans.trace_requests(app, without=HEALTH_PATHS)
    app.extensions["portail"] = settings
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json = Json(app)
    clock.set_offset(settings.portail_offset)
    logs.configure(name, level=settings.log_level, as_json=settings.env != "test")
    request_log.register(app, name, threads=thread_count())
    health_pages.register(app, Readiness(app, needs={"database": db.check}, reports=reports or {}))
    access.register(app, key_of or RemoteKeys(settings.accounts_url))
    app.before_request(refuse_unstorable_text)
    db.connect(app, settings.database_url, pooled=settings.database_pooled)
    Migrate(app, db, directory=f"services/{name}/migrations", render_as_batch=True)
    for blueprint in views:
        app.register_blueprint(blueprint)
    check_all_served(app, sections)
    described = cache(partial(api_description.describe, title, sections))
    app.add_url_rule("/openapi.json", "openapi", access.public(lambda: jsonify(described())))
    problems.register(app)
    app.register_error_handler(SQLAlchemyError, database_away)
    return app


def database_away(error: SQLAlchemyError) -> Response:
    """Answer 503 while the database is unavailable or overloaded; the operation may have been
    executed or not. Other errors of a database are defects of ours, and are raised again."""
    if not is_database_unavailable(error):
        raise error
    structlog.get_logger().error("database_away", reason=reason_of(error), frames=frames_of(error))
    return problems.of_domain_error(Unavailable(REFUSAL, retry_after=RETRY_AFTER))


def refuse_unstorable_text() -> None:
    """Refuse what a parser (thousands of nested brackets or digits) or a database cannot take.

    Raises NotFound for an id that is not printable ASCII, DomainError for invalid JSON, or Invalid
    naming each text of the query and of the JSON body that cannot be stored.
    """
    ids = "".join(value for value in (request.view_args or {}).values() if isinstance(value, str))
    if not (ids.isascii() and ids.isprintable()):
        raise NotFound()
    try:
        sent = json.loads(request.get_data() or b"null") if request.is_json else None
        wrong = (
            *islice(_unstorable_texts(request.args.to_dict()), MAX_ERRORS_OF_A_KIND),
            *islice(_unstorable_texts(sent), MAX_ERRORS_OF_A_KIND),
        )
    except (ValueError, RecursionError) as error:
        raise DomainError("Le corps de la requête n'est pas un JSON lisible") from error
    if wrong:
        raise Invalid(errors=wrong)


def _unstorable_texts(value: object, pointer: str = "#") -> Iterator[FieldError]:
    """Yield an error for each such text in a JSON value, names of members included."""
    if isinstance(value, str):
        if UNSTORABLE.search(value):
            detail = "Ce texte comporte un caractère qui n'existe pas : effacez-le."
            yield FieldError(pointer, detail)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _unstorable_texts(name, pointer)
            yield from _unstorable_texts(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _unstorable_texts(item, f"{pointer}/{number}")
