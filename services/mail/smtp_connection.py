"""A connection to an SMTP server that ends in its time, whatever the server does."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from typing import Any

CONNECT_SECONDS = 8.0  # to each address of the server's name
STEP_SECONDS = 20.0  # for each answer
LONGEST_SECONDS = 60.0  # of a connection, however it drips


class Server(smtplib.SMTP):
    """A connection that is cut after `longest_seconds`: smtplib's own time-out begins anew with each byte."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, longest_seconds: float) -> None:
        self.has_the_message = False
        self._tls = tls
        self._longest_seconds = longest_seconds
        self._line: socket.socket | None = None
        try:
            super().__init__(host, port, timeout=STEP_SECONDS)
        except Exception:
            self.close()
            raise

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """As smtplib's own SMTP_SSL does, which has no other place for it."""
        made = socket.create_connection((host, port), CONNECT_SECONDS)
        made.settimeout(timeout)
        self._line = made.dup()  # the same connection, whatever TLS is laid over it
        self._end = threading.Timer(self._longest_seconds, self._cut)
        self._end.daemon = True
        self._end.start()
        return self._tls.wrap_socket(made, server_hostname=host) if self._tls else made

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.has_the_message = True
        return super().data(msg)

    def leave(self) -> None:
        """Whatever it answers: what it said of the mail holds."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self.quit()
        self.close()

    def close(self) -> None:
        super().close()
        if self._line is not None:
            self._end.cancel()
            self._line.close()

    def _cut(self) -> None:
        with contextlib.suppress(OSError):
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)
