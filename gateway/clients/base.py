"""What every client of a service does alike: the caller's token, the instant of reception, typed reading of JSON."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any, TypeVar

from flask import g, has_request_context

from services.chassis.errors import Unauthenticated
from services.chassis.http import Client, ProblemAnswer
from services.chassis.received import HEADER
from services.chassis.service_token import ServiceToken

Shape = TypeVar("Shape")


class ServiceClient(Client):
    """A service's base URL. Every call says when the gateway took the candidate's request up."""

    def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any) -> Any:
        sent = dict(headers or {})
        if has_request_context() and "received_at" in g:
            sent[HEADER] = g.received_at.isoformat()
        return super().call(method, path, headers=sent, **options)

    def post_as_gateway(self, path: str, body: dict[str, Any], own_token: ServiceToken) -> Any:
        """With the gateway's own token; a new one, once, where that is refused: a key of accounts was turned."""
        token = own_token()
        try:
            return self.post(path, json=body, token=token)
        except ProblemAnswer as refusal:
            if refusal.slug != Unauthenticated.type:
                raise
        own_token.forget(token)
        return self.post(path, json=body, token=own_token())


def shaped(shape: type[Shape], data: Any) -> Shape:
    """`data` (decoded JSON) as a frozen dataclass, nested ones and tuples included; unknown keys are left aside,

    so that a service may say more than an older gateway knows."""
    return typing.cast(Shape, _shaped(shape, data))


def _shaped(expected: Any, data: Any) -> Any:
    if dataclasses.is_dataclass(expected) and isinstance(expected, type):
        hints = typing.get_type_hints(expected)
        known = {field.name for field in dataclasses.fields(expected)}
        return expected(**{name: _shaped(hints[name], value) for name, value in data.items() if name in known})
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin in (typing.Union, types.UnionType):
        inner = next(argument for argument in arguments if argument is not type(None))
        return None if data is None else _shaped(inner, data)
    if origin is tuple:
        return tuple(_shaped(arguments[0], item) for item in data)
    return data
