"""A connection to an SMTP server that ends within a given time, whatever the server does."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from typing import Any

CONNECT_SECONDS = 8.0  # to each address of the server's name
STEP_SECONDS = 20.0  # for each answer
MAX_SECONDS = 60.0  # of a whole connection, however slowly bytes come


class SmtpConnection(smtplib.SMTP):
    """A connection that is cut after `max_seconds` in all: smtplib's own time-out begins anew with each byte.

    `message_sent`: the message itself was sent, so that the server may have taken it whatever follows.
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, max_seconds: float) -> None:
        self.message_sent = False
        self._tls = tls
        self._max_seconds = max_seconds
        self._raw_socket: socket.socket | None = None
        try:
            super().__init__(host, port, timeout=STEP_SECONDS)
        except Exception:
            self.close()
            raise

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Overrides smtplib's, as its own SMTP_SSL does: there is no public method for it."""
        connection = socket.create_connection((host, port), CONNECT_SECONDS)
        connection.settimeout(timeout)
        # The TCP connection, which can be shut down whether TLS is used over it or not.
        self._raw_socket = connection.dup()
        self._timer = threading.Timer(self._max_seconds, self._shut_down)
        self._timer.daemon = True
        self._timer.start()
        return self._tls.wrap_socket(connection, server_hostname=host) if self._tls else connection

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.message_sent = True
        return super().data(msg)

    def quit_and_close(self) -> None:
        """Whatever the server answers to QUIT: its answer to the message counts."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self.quit()
        self.close()

    def close(self) -> None:
        super().close()
        if self._raw_socket is not None:
            self._timer.cancel()
            self._raw_socket.close()

    def _shut_down(self) -> None:
        with contextlib.suppress(OSError):
            if self._raw_socket is not None:
                self._raw_socket.shutdown(socket.SHUT_RDWR)
