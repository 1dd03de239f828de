"""Rendering a page within its frame: header, menu, session warning, footer."""

import dataclasses
from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Response, current_app, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from gateway.clients.base import optional_answer
from gateway.layout import frame as layout
from gateway.posted_forms import shown_errors
from gateway.sessions import SessionOwner, shown_name, staff_member, visitor
from gateway.settings import GatewaySettings
from services.chassis.errors import DomainError
from services.contracts import page_labels
from services.contracts.api.registrations import Tile, read_contact
from services.french import short_date

GESTION_PATH = "/gestion"
"""Where the pages of gestionnaires begin (web/gestion)."""


def render_page(
    template: str,
    *,
    status: int | None = None,
    active: str | None = None,
    indexed: bool = False,
    refusal: DomainError | None = None,
    **context: Any,
) -> Response:
    """`template` in the frame of the current visitor. `active`: the key of the menu's entry to mark
    ("": of none), by default that below whose address this page is. Search engines may index
    `indexed` pages alone. `refusal`: of what was posted; the page shows it with its `errors`, the
    answer has its status, its Retry-After and whether nothing was done."""
    status = status or (refusal.http_status if refusal else 200)
    context = {
        "frame": page_frame(_entry_of(request.path) if active is None else active),
        "refusal": refusal,
        "errors": shown_errors(refusal),
        **context,
    }
    response = make_response(render_template(template, **context), status)
    if refusal and (retry_after := refusal.extra.get("retry_after")):
        response.headers["Retry-After"] = str(retry_after)
    if refusal and refusal.extra.get("nothing_done"):
        response.headers["X-Nothing-Done"] = "true"  # password_form.js may send the form again
    response.headers["Cache-Control"] = "no-store"
    if not indexed or status != 200:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def redirect_after_form(address: str) -> BaseResponse:
    """To the next page. The form's own script (« Prefer: return=minimal », RFC 7240) gets 201 with
    its address: it would follow a redirect, and the browser then load that page once more."""
    if request.headers.get("Prefer") == "return=minimal":
        return Response(status=201, headers={"Location": address})
    return redirect(address, code=303)


_ALONE = (layout.HOME, layout.GESTION_HOME, layout.ACCOUNT)
"""Entries below whose address are pages that have nothing to do with them."""


def _entry_of(path: str) -> str | None:
    """The key of the entry of a menu with this address, or with the longest that it begins with."""
    links = (layout.GESTION_PAGES if is_for_staff() else layout.PAGES).values()
    above = [
        link
        for link in links
        if path == link.url or (link not in _ALONE and path.startswith(f"{link.url}/"))
    ]
    return max(above, key=lambda link: len(link.url)).key if above else None


def page_frame(active: str | None = None) -> layout.Frame:
    """The frame of this request; never fails, so that error pages have one too."""
    settings: GatewaySettings = current_app.extensions["portail"]
    anonymous_frame = layout.Frame(
        institution=tuple(settings.brand_institution.split("|")),
        tagline=settings.brand_tagline,
        demonstration=not settings.production,
        active=active,
        contact=g.get("service_contact"),
    )
    if is_for_staff():
        return _staff_frame(anonymous_frame)
    candidate = visitor.current_if_accounts_answers()
    if candidate is None:
        return anonymous_frame
    last_login = candidate.previous_login_at
    return dataclasses.replace(
        anonymous_frame,
        connected=True,
        last_login=short_date(last_login) if last_login else None,
        session_end=layout.SessionEnd(ends_in=candidate.idle_seconds_left),
        footer=(*layout.FOOTER, layout.MY_DATA),
    )


def is_for_staff() -> bool:
    """Also where there is no page at this address, or none for this method."""
    return request.path == GESTION_PATH or request.path.startswith(f"{GESTION_PATH}/")


def people_of_page() -> SessionOwner:
    """Who may be logged in on this page."""
    return staff_member if is_for_staff() else visitor


def _staff_frame(frame: layout.Frame) -> layout.Frame:
    """The frame of the pages of gestionnaires, logged in or not."""
    frame = dataclasses.replace(
        frame,
        menu=(),
        public_menu=(layout.Link("connexion", page_labels.STAFF_PAGES, GESTION_PATH),),
        home=layout.GESTION_HOME,
        login=dataclasses.replace(layout.LOG_IN, url=f"{GESTION_PATH}/connexion"),
        register=None,
        account=None,
        messages=None,
        logout=dataclasses.replace(layout.LOG_OUT, url=f"{GESTION_PATH}/deconnexion"),
    )
    member = staff_member.current_if_accounts_answers()
    if member is None:
        return frame
    end = layout.SessionEnd(
        ends_in=member.idle_seconds_left, extend_url="/gestion/session/prolonger"
    )
    menu = tuple(link for scope, link in layout.GESTION_MENU if scope in member.scopes)
    return dataclasses.replace(
        frame, connected=True, person=shown_name(member), session_end=end, menu=menu
    )


def show_contact_of_latest(tiles: Sequence[Tile]) -> None:
    """Put the service gestionnaire's contact on top of this page (guide §4): that of the latest
    candidature."""
    if tiles:
        g.service_contact = tiles[-1].contact


def show_contact() -> None:
    """The same, asked of registrations, if it answers."""
    is_known = visitor.current_if_accounts_answers() is not None
    if is_known and (answer := optional_answer(partial(visitor.call, read_contact()), None)):
        g.service_contact = answer.contact
