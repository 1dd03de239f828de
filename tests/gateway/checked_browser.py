"""A browser that finds fault with every page it is given."""

from typing import Any

from werkzeug.test import TestResponse

from tests.gateway.components.html_checks import problems_of
from tests.support.scriptless_browser import ScriptlessBrowser


class CheckedBrowser(ScriptlessBrowser):
    """No page that it comes to has a mistake: strict HTML, a name for everything, nothing inline."""

    def get(self, path: str, **options: Any) -> TestResponse:
        return _checked(super().get(path, **options))

    def post(self, path: str, fields: Any = (), **options: Any) -> TestResponse:
        return _checked(super().post(path, fields, **options))


def _checked(answer: TestResponse) -> TestResponse:
    """Redirections apart, which have no page, and the HTML of mails, which is shown in a frame of its own."""
    is_mail = "sandbox" in answer.headers.get("Content-Security-Policy", "")
    is_page = answer.mimetype == "text/html" and answer.data and answer.status_code not in (302, 303)
    if is_page and not is_mail:
        problems = problems_of(answer.text)
        assert not problems, f"{answer.request.path}: {problems}"
    return answer
