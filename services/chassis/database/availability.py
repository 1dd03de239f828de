"""Tells a database that is away, or too busy, from a request that is wrong."""

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_TOO_LONG = "57014"
# Transient conditions of PostgreSQL: connection, resources, shutdown, disk; timeouts (of a
# statement, a lock, an idle transaction), deadlock.
_AWAY_STATES = ("08", "53", "57P", "58", _TOO_LONG, "55P03", "25P03", "40P01")
_AWAY_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR")


def is_database_unavailable(error: SQLAlchemyError) -> bool:
    """Return whether the database cannot serve at the moment (True), or the request was wrong
    (False)."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeout)
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorname", "").startswith(_AWAY_SQLITE)
    if state := getattr(cause, "sqlstate", None):
        return error.connection_invalidated or state.startswith(_AWAY_STATES)
    return isinstance(error, OperationalError | InterfaceError)


def took_too_long(error: OperationalError) -> bool:
    """Return whether PostgreSQL ended a statement at its time limit."""
    return getattr(error.orig, "sqlstate", None) == _TOO_LONG
