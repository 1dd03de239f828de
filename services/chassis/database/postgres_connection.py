"""Connections to PostgreSQL, which end although the server has hung."""

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from services.chassis.process.time_limits import time_limits

MARGIN_SECONDS = 3.0


class PostgresConnection(psycopg.Connection[TupleRow]):
    """A connection to PostgreSQL, closed MARGIN_SECONDS after the time at which the server should
    have cancelled the statement.

    A hung server cancels nothing while its kernel still acknowledges every byte, so no timeout of
    TCP expires.
    """

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        if timeout is None:  # in autocommit there is only the pool's ping
            timeout = (
                time_limits().connect
                if self.autocommit
                else time_limits().statement + MARGIN_SECONDS
            )
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise
