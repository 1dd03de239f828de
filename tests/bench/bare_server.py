"""The least that a page behind one hop costs: two bare Flask applications under the very gunicorn
that ours run under.

`python -m tests.bench.bare_server page`, or `front ADDRESS` which passes on what `page` answers
there, over kept connections.
"""

import http.client
import sys
import threading

from flask import Flask, Response

from services.chassis.web.gunicorn_server import serve

LENGTH = 15_000
"""Of a page, in bytes: what the pages of a journey have on average."""


def page() -> Flask:
    app = Flask("page")
    body = "x" * LENGTH
    app.add_url_rule("/", view_func=lambda: body)
    return app


def front(address: str) -> Flask:
    app = Flask("front")
    of_thread = threading.local()

    def passed_on() -> Response:
        if not hasattr(of_thread, "connection"):
            of_thread.connection = http.client.HTTPConnection(address)
        of_thread.connection.request("GET", "/")
        answer = of_thread.connection.getresponse()
        return Response(answer.read(), answer.status, content_type=answer.getheader("Content-Type"))

    app.add_url_rule("/", view_func=passed_on)
    return app


if __name__ == "__main__":
    serve(page if sys.argv[1] == "page" else lambda: front(sys.argv[2]))
