"""A small application that has the components only."""

import pytest
from flask import Flask, Response

from gateway.assets import STATIC_FOLDER
from gateway.components import register_components
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
