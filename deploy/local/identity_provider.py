"""FranceConnect and ProConnect of the demonstration, in one process: whoever comes chooses whom to
be. Nothing is verified here, and nothing outlives the process.

    python -m deploy.local.identity_provider <address of the portal> <port> [<their own address>]

`docker-compose.yml` runs this file alone, in the image of accounts: it imports nothing of ours.
"""

import hashlib
import secrets
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask, abort, jsonify, redirect, render_template_string, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.serving import make_server

CLIENT_ID = "portail"
CLIENT_SECRET = "the demonstration's secret"  # noqa: S105
TOKEN_SECONDS = 60
PEOPLE: dict[str, list[dict[str, Any]]] = {
    "franceconnect": [
        {
            "sub": "fc-angela",
            "given_name": "Angela Claire Louise",
            "family_name": "DUBOIS",
            "gender": "female",
            "birthdate": "1999-08-24",
            "birthplace": "75107",
            "birthcountry": "99100",
            "email": "angela@portail.example",
        },
        {
            "sub": "fc-karim",
            "given_name": "Karim",
            "family_name": "BENALI",
            "gender": "male",
            "birthdate": "2003-02-11",
            "birthplace": "",
            "birthcountry": "99352",
            "email": "karim@portail.example",
        },
    ],
    "proconnect": [
        {
            "sub": f"pc-{name}",
            "given_name": name,
            "usual_name": "DEMONSTRATION",
            "email": f"{name}@portail.example",
        }
        for name in ("gestionnaire", "administrateur", "nouveau")
    ],
}
"""The people who may sign in at each provider, with what it says of them."""
_PAGE = """<!doctype html><html lang="fr"><meta name="viewport" content="width=device-width">
<title>{{ name }}</title>
<h1>{{ name }} de démonstration</h1><p>Qui êtes-vous ?</p><form method="post">
{% for person in people %}
<p><button name="sub" value="{{ person.sub }}">{{ person.given_name }}
{{ person.family_name or person.usual_name }}</button></p>
{% endfor %}
<p><label><input type="checkbox" name="mfa" value="oui"> avec un second facteur</label></p>
<p><button name="sub" value="">Annuler</button></p></form></html>"""


@dataclass(frozen=True)
class Grant:
    """What a code, or an access token, is for: a person, and what the portal asked with."""

    person: Mapping[str, Any]
    asked: Mapping[str, str]
    methods: tuple[str, ...]


class DemonstrationProvider:
    """One provider. Its methods are what a test replaces to have it say something else."""

    def __init__(self, name: str, issuer: str, redirect_uri: str) -> None:
        self.name = name
        self.issuer = issuer
        self.redirect_uri = redirect_uri
        self.people = PEOPLE[name]
        self.key = ECKey.generate_key(
            "P-256", {"kid": secrets.token_hex(8), "use": "sig", "alg": "ES256"}
        )
        self.grants: dict[str, Grant] = {}

    def configuration(self) -> dict[str, Any]:
        pages = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
        }
        pages |= {"jwks_uri": "jwks", "end_session_endpoint": "end"}
        return {
            "issuer": self.issuer,
            **{name: f"{self.issuer}/{page}" for name, page in pages.items()},
        }

    def allow(self, sub: str, asked: Mapping[str, str], methods: tuple[str, ...]) -> str:
        """Return a code for this person."""
        person = next(person for person in self.people if person["sub"] == sub)
        return self._granted(Grant(person, asked, methods))

    def tokens(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Return the tokens for a code, once. Raises KeyError for what is not accepted."""
        grant = self.grants.pop(form["code"])
        challenge = (
            urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        client = form["client_id"], form["client_secret"], form["redirect_uri"]
        if challenge != grant.asked["code_challenge"] or client != (
            CLIENT_ID,
            CLIENT_SECRET,
            self.redirect_uri,
        ):
            raise KeyError(form["code"])
        claims = {
            "sub": grant.person["sub"],
            "nonce": grant.asked["nonce"],
            "acr": "eidas1",
            "amr": grant.methods,
        }
        claims["auth_time"] = int(time.time())
        return {
            "access_token": self._granted(grant),
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": self.signed(claims),
        }

    def userinfo(self, access_token: str) -> str:
        """Return the signed claims of an access token, once. Raises KeyError for an unknown one."""
        return self.signed(dict(self.grants.pop(access_token).person))

    def signed(self, claims: dict[str, Any]) -> str:
        now = int(time.time())
        standard = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + TOKEN_SECONDS}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, {**standard, **claims}, self.key)

    def _granted(self, grant: Grant) -> str:
        code = secrets.token_urlsafe(16)
        self.grants[code] = grant
        return code


def create_app(providers: Mapping[str, DemonstrationProvider]) -> Flask:
    app = Flask(__name__)
    app.register_error_handler(KeyError, lambda error: (jsonify(error="invalid_grant"), 400))

    @app.get("/<name>/.well-known/openid-configuration")
    def configuration(name: str) -> ResponseReturnValue:
        return providers[name].configuration()

    @app.get("/<name>/jwks")
    def jwks(name: str) -> ResponseReturnValue:
        return {"keys": [providers[name].key.as_dict(private=False)]}

    @app.route("/<name>/authorize", methods=["GET", "POST"])
    def authorize(name: str) -> ResponseReturnValue:
        provider = providers[name]
        asked = request.args
        if (asked["client_id"], asked["redirect_uri"]) != (CLIENT_ID, provider.redirect_uri):
            abort(400)
        if request.method == "GET":
            return render_template_string(_PAGE, name=name, people=provider.people)
        answer = {"state": asked["state"], "iss": provider.issuer}
        if sub := request.form["sub"]:
            methods = ("pwd", "mfa") if "mfa" in request.form else ("pwd",)
            answer["code"] = provider.allow(sub, asked.to_dict(), methods)
        else:
            answer["error"] = "access_denied"
        return redirect(f"{provider.redirect_uri}?{urlencode(answer)}")

    @app.post("/<name>/token")
    def token(name: str) -> ResponseReturnValue:
        return providers[name].tokens(request.form)

    @app.get("/<name>/userinfo")
    def userinfo(name: str) -> ResponseReturnValue:
        bearer = request.headers["Authorization"].removeprefix("Bearer ")
        return providers[name].userinfo(bearer), {"Content-Type": "application/jwt"}

    @app.get("/<name>/end")
    def end(name: str) -> ResponseReturnValue:
        return redirect(request.args["post_logout_redirect_uri"])

    return app


def providers_at(url: str, portal: str) -> dict[str, DemonstrationProvider]:
    """Make both providers, at `url`, for the portal of that address."""
    returns = {
        "franceconnect": "/connexion/franceconnect/retour",
        "proconnect": "/gestion/connexion/proconnect/retour",
    }
    return {
        name: DemonstrationProvider(name, f"{url}/{name}", portal + path)
        for name, path in returns.items()
    }


def serve(portal: str, port: int, own_address: str | None) -> None:
    """Serve both providers for the portal of that address, on this machine alone unless they have
    an address of their own, that of a container."""
    if own_address is None:
        host = "127.0.0.1"
        url = f"http://{host}:{port}"
    else:
        host = "0.0.0.0"  # noqa: S104 - a published port reaches a container so
        url = own_address
    app = create_app(providers_at(url, portal))
    make_server(host, port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
