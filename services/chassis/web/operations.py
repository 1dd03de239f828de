"""Binds the views of a service to the operations that `services/contracts/api` declares."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial, wraps
from inspect import signature
from itertools import chain
from types import NoneType
from typing import Any, Generic, ParamSpec, get_type_hints

from flask import Blueprint, Flask, Response, current_app
from marshmallow import Schema
from sqlalchemy.orm import Session
from webargs.flaskparser import parser

from services.chassis.web import access
from services.contracts.api.given import Given, reader_of
from services.contracts.api.operation import JSON, Answer, Operation, Section

Headers = Mapping[str, str]
Parameters = ParamSpec("Parameters")
_PLACES = {"query": "query", "headers": "headers", "body": "json"}
"""A view's parameters for what comes in, and where webargs finds each."""


@dataclass(frozen=True)
class Reply(Generic[Answer]):
    """An answer with headers of its own, or with one of the other statuses of its operation."""

    answer: Answer
    headers: Headers = field(default_factory=dict)
    status: int | None = None


View = Callable[Parameters, Answer | Reply[Answer] | Response]


class Views(Blueprint):
    """The views of some operations.

    A view is given the ids of the path by their names, and what the operation declares as `query`,
    `headers` and `body`. It returns the answer, a `Reply`, or a whole response.

        @views.serves(api.control_piece)
        def control_piece(piece_id: str, headers: api.IfMatch, body: api.Control) -> api.StaffPiece:
            return controls.control_piece(access.caller(), piece_id, headers.if_match, body)
    """

    def serves(
        self, operation: Operation[Answer]
    ) -> Callable[[View[Parameters, Answer]], View[Parameters, Answer]]:
        """Bind a view to its declaration, which says who may call it.

        The view stays a function that can be called. Raises TypeError for a view whose parameter
        is annotated with another type than the operation declares.
        """
        readers = {place: reader() for place, reader in _readers_of(operation).items()}

        def bind(view: View[Parameters, Answer]) -> View[Parameters, Answer]:
            _check_annotations(operation, view)

            @wraps(view)
            def respond(*args: Parameters.args, **ids: Parameters.kwargs) -> Response:
                if operation.asks_code:
                    access.refuse_without_code()
                for place, reader in readers.items():
                    # Raises HTTPException (422) with the errors of marshmallow.
                    ids[place] = parser.parse(reader, location=_PLACES[place])
                return _response(operation, view(*args, **ids))

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
        readers = _readers_of(operation)
        held = [reader().fields for place, reader in readers.items() if place != "headers"]
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


def _readers_of(operation: Operation[Any]) -> dict[str, type[Schema]]:
    """Return the schemas that read what comes in, by the name of the view's parameter."""
    declared = {"query": operation.query, "headers": operation.headers, "body": operation.body}
    return {place: reader_of(comes_in) for place, comes_in in declared.items() if comes_in}


def _check_annotations(operation: Operation[Any], view: Callable[..., Any]) -> None:
    """Raise TypeError where a view expects something else than what its operation declares."""
    declared = {"query": operation.query, "headers": operation.headers, "body": operation.body}
    expected = get_type_hints(view)
    for place, comes_in in declared.items():
        if comes_in is None or not issubclass(comes_in, Given):
            continue
        if expected.get(place) is not comes_in:
            raise TypeError(f"{view.__name__} takes `{place}: {comes_in.__name__}` by declaration")


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
    reply = returned if isinstance(returned, Reply) else Reply(returned)
    content = None if operation.answer is NoneType else current_app.json.dumps(reply.answer)
    return Response(
        content,
        reply.status or operation.success,
        dict(reply.headers),
        content_type=JSON if content else None,
    )
