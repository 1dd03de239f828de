"""Binds the views of a service to the operations that `services/contracts/api` declares."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial, wraps
from inspect import signature
from itertools import chain
from types import NoneType
from typing import Any

from flask import Blueprint, Flask, Response, current_app
from sqlalchemy.orm import Session
from webargs.flaskparser import parser

from services.chassis.web import access
from services.contracts.api.operation import JSON, Answer, Operation, Section

View = Callable[..., Any]
_PLACES = {"query": "query", "headers": "headers", "body": "json"}
"""What a view is given, by the name of its declaration, and where webargs finds it."""


class Views(Blueprint):
    """The views of some operations. Each is given the ids of the path, and `query`, `headers` and
    `body` as loaded; returns the answer, the answer with headers (and with one of the other
    statuses), or a whole response."""

    def serves(self, operation: Operation[Any]) -> Callable[[View], View]:
        """Bind a view to its declaration, which says who may call it. It stays a function that can
        be called."""
        schemas = {name: schema() for name in _PLACES if (schema := getattr(operation, name))}

        def bind(view: View) -> View:
            @wraps(view)
            def respond(**ids: Any) -> Response:
                if operation.asks_code:
                    access.refuse_without_code()
                # Raises HTTPException (422) with the errors of marshmallow.
                given = {
                    name: parser.parse(schema, location=_PLACES[name])
                    for name, schema in schemas.items()
                }
                return _response(operation, view(**ids, **given))

            respond.__access__ = operation.access  # type: ignore[attr-defined]
            respond.__operation__ = operation  # type: ignore[attr-defined]
            self.add_url_rule(operation.path, view.__name__, respond, methods=[operation.method])
            return view

        return bind

    def calls(
        self,
        operation: Operation[Answer],
        function: Callable[..., Answer],
        **others: Callable[[], Any],
    ) -> None:
        """Bind an operation to the function that does it and returns its answer. It is given, by
        their names, the ids of the path, what `query` and `body` hold, and what each of `others`
        returns (`account_id=caller_id`).

        Raises TypeError for a function that does not take them.
        """
        held = [schema().fields for schema in (operation.query, operation.body) if schema]
        names = [*re.findall(r"(\w+)>", operation.path), *chain(*held), *others]
        signature(function).bind(**dict.fromkeys(names))

        def view(**given: Any) -> Answer:
            held = {**given.pop("query", {}), **given.pop("body", {})}
            return function(**given, **held, **{name: value() for name, value in others.items()})

        view.__name__ = f"{operation.method} {operation.path}"
        self.serves(operation)(view)

    def reads(
        self,
        operation: Operation[Answer],
        query: Callable[..., Answer],
        reading: Callable[[], AbstractContextManager[Session]],
        **others: Callable[[], Any],
    ) -> None:
        """As `calls`, for a query: it is given a session of `reading` first."""

        @wraps(query)
        def read(**given: Any) -> Answer:
            with reading() as transaction:
                return query(transaction, **given)

        read.__signature__ = signature(partial(query, None))  # type: ignore[attr-defined]
        self.calls(operation, read, **others)


def check_all_served(app: Flask, sections: Sequence[Section]) -> None:
    """Raises RuntimeError for an operation that is declared and not served, or served and not
    declared."""
    declared = {operation for section in sections for operation in section.operations}
    served = {
        view.__operation__ for view in app.view_functions.values() if hasattr(view, "__operation__")
    }
    if wrong := declared ^ served:
        raise RuntimeError(
            f"not both declared and served: {sorted(operation.path for operation in wrong)}"
        )


def _response(operation: Operation[Any], returned: Any) -> Response:
    if isinstance(returned, Response):
        return returned
    answer, headers, *other = returned if isinstance(returned, tuple) else (returned, {})
    content = None if operation.answer is NoneType else current_app.json.dumps(answer)
    status = other[0] if other else operation.success
    return Response(content, status, headers, content_type=JSON if content else None)
