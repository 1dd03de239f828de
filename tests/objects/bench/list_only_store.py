"""An S3 that can do nothing but list: as many keys as one likes, none of which is anywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE = 1000


class Listing:
    """Serves ListObjectsV2 of the keys `key_of(0)` … `key_of(count - 1)`, which are in order."""

    def __init__(self, count: int, key_of: Callable[[int], str]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                if "list-type" not in asked:
                    return self._answer(404, "<Error><Code>NoSuchKey</Code></Error>")
                first = int(asked.get("continuation-token", ["0"])[0])
                return self._answer(200, _page(first, min(first + PAGE, count), count, key_of))

            def _answer(self, status: int, body: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"s3+http://listing-key:listing-secret@127.0.0.1:{self._server.server_port}/bucket"

    def stop(self) -> None:
        self._server.shutdown()


def _page(first: int, end: int, count: int, key_of: Callable[[int], str]) -> str:
    more = f"<NextContinuationToken>{end}</NextContinuationToken>" if end < count else ""
    contents = "".join(
        f"<Contents><Key>{key_of(number)}</Key><Size>1</Size>"
        "<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>x</ETag></Contents>"
        for number in range(first, end)
    )
    return (
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>bucket</Name><IsTruncated>{str(end < count).lower()}</IsTruncated>{more}{contents}</ListBucketResult>"
    )
