"""A small application that has the components only."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, render_template_string

from gateway.assets import STATIC_FOLDER
from gateway.components import register_components
from tests.gateway.components.html_checks import parsed
from tests.gateway.components.sample_form import create_blueprint

POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'"


@pytest.fixture(scope="session")
def components_app() -> Flask:
    app = Flask("components", static_folder=str(STATIC_FOLDER), static_url_path="/static")
    register_components(app.jinja_env)
    app.register_blueprint(create_blueprint())
    app.after_request(_strict)
    return app


def _strict(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response


@pytest.fixture
def rendered(components_app: Flask) -> Callable[..., Any]:
    """Give `rendered("file.html:macro(arguments)", beside, before, **context)`: a page with it, as a tree."""

    def render(component: str, beside: str = "", before: str = "", **context: Any) -> Any:
        file, _, call = component.partition(":")
        macro = call.partition("(")[0]
        template = f'{{% from "components/{file}" import {macro} %}}{before}{{{{ {call} }}}}{beside}'
        with components_app.test_request_context():
            fragment = render_template_string(template, **context)
        page = f'<!doctype html><html lang="fr"><head><title>Essai</title></head><body>{fragment}</body></html>'
        return parsed(page)

    return render
