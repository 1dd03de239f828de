"""A correction of a candidature by staff: its tabs as its candidate fills them in, what it changes,
the save with a reason; the candidate's own modification is another draft."""

from typing import Any

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_on
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.candidature import MANAGE, show_candidature
from gateway.web.inscription.onglets import TabPages, posted_revision
from gateway.web.inscription.refus import form_fields
from services.contracts.api import drafts as api
from services.contracts.api.staff_candidatures import save_correction, start_correction

CORRECTION = "/candidatures/<candidature_id>/correction"
TAB = f"{CORRECTION}/<draft_id>/<int:number>"


class CorrectionPages(TabPages):
    person = staff_member
    template = "gestion/templates/correction.html"
    final_refusals = ()

    def __init__(self, candidature_id: str, draft_id: str) -> None:
        super().__init__(draft_id)
        self.candidature_id = candidature_id

    def identity(self) -> None:
        """It stays what accounts said."""

    def read(self, number: int) -> api.Tab:
        tab = super().read(number)
        for field in form_fields(tab):
            field.pop("browse", None)  # leads to pages of candidates
        return tab

    def save(self) -> str:
        body = {
            "revision": posted_revision(),
            "reason": posted_text("reason"),
            "overridden": _overridden(),
        }
        staff_member.call(save_correction(self.draft_id, body=body))
        return url_for(
            "gestion.show_candidature", candidature_id=self.candidature_id, fait="correction"
        )

    def written_besides(self) -> dict[str, str]:
        return {"reason": posted_text("reason")} if "reason" in request.form else {}

    def way_out(self) -> str:
        return url_for("gestion.show_candidature", candidature_id=self.candidature_id)

    def context(self, tab: api.Tab) -> dict[str, Any]:
        reason = self.written_besides().get("reason", tab.reason)
        return {"back": self.way_out(), "reason": reason, "overridden": _overridden()}


def _overridden() -> list[str]:
    """The rules that are ticked on the last tab, or were, on the way from tab to tab."""
    return (request.form if "reason" in request.form else request.args).getlist("overridden")


@blueprint.url_defaults
def keep_overridden(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint in ("gestion.show_correction", "gestion.write_correction") and (
        rules := _overridden()
    ):
        values["overridden"] = rules


@blueprint.post(CORRECTION, who=access.staff(MANAGE))
@shown_on(show_candidature, 409)
def start_correcting(candidature_id: str) -> ResponseReturnValue:
    """Begin a correction, or resume the one under way."""
    draft = staff_member.call(start_correction(candidature_id))
    tab = url_for(
        "gestion.show_correction",
        candidature_id=candidature_id,
        draft_id=draft.id,
        number=draft.current,
    )
    return redirect(tab, code=303)


@blueprint.get(TAB, who=access.staff(MANAGE))
def show_correction(candidature_id: str, draft_id: str, number: int) -> ResponseReturnValue:
    pages = CorrectionPages(candidature_id, draft_id)
    tab = pages.read(number)
    return (
        redirect(pages.way_out())
        if tab.draft.saved_candidature_id
        else pages.show(tab, "verifier" in request.args)
    )


@blueprint.post(TAB, who=access.staff(MANAGE))
def write_correction(candidature_id: str, draft_id: str, number: int) -> ResponseReturnValue:
    return CorrectionPages(candidature_id, draft_id).write(number)


@blueprint.get(f"{TAB}/recherche", who=access.staff(MANAGE))
def search_in_correction(candidature_id: str, draft_id: str, number: int) -> ResponseReturnValue:
    field = request.args.get("field", "")
    words = request.args.get("q", "")
    return jsonify(CorrectionPages(candidature_id, draft_id).search(number, field, words))


@blueprint.get(f"{CORRECTION}/<draft_id>/abandon", who=access.staff(MANAGE))
def ask_abandon(candidature_id: str, draft_id: str) -> ResponseReturnValue:
    pages = CorrectionPages(candidature_id, draft_id)
    tab = pages.read(1)  # what the correction changes is on each of them
    return render_page(
        "gestion/templates/abandon_de_correction.html", tab=tab, back=pages.way_out()
    )


@blueprint.post(f"{CORRECTION}/<draft_id>/abandon", who=access.staff(MANAGE))
def abandon_correction(candidature_id: str, draft_id: str) -> ResponseReturnValue:
    staff_member.call(api.delete_draft(draft_id))
    return redirect(
        url_for("gestion.show_candidature", candidature_id=candidature_id, fait="abandon"), code=303
    )
