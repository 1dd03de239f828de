"""« Équipe »: administrateurs see who has access, invite, give another profile, disable, enable,
and reset a lost second factor."""

from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_on
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.lists import name_of, read_page, render_list, typed_filters
from services.chassis.errors import DomainError
from services.contracts.account_rules import MEMBER_STATE_LABELS, STAFF_ROLE_LABELS
from services.contracts.api import team as api
from services.contracts.api.operation import Operation
from services.contracts.api.team import Member
from services.french import alphabetical

MANAGE = ("staff:manage", "account:manage")
STATUSES_SHOWN_HERE = (409, 422, 429)
STATE_SEVERITIES = {"invited": "info", "active": "success", "disabled": "error"}


@dataclass(frozen=True)
class Act:
    """What is done to a member in one of `states`, by `operation`; `done`: what the page says
    afterwards."""

    operation: Operation[None]
    label: str
    explanation: str
    done: str
    states: tuple[str, ...]
    asks_reason: bool = True
    asks_profile: bool = False
    takes_away: bool = False


ACTS = {
    "relance": Act(
        api.invite_again,
        "Inviter de nouveau",
        "Un nouveau mail d'invitation est envoyé ; le lien du précédent ne sert plus.",
        "Une nouvelle invitation est envoyée.",
        ("invited",),
        asks_reason=False,
    ),
    "reinitialisation": Act(
        api.reset_second_factor,
        "Réinitialiser le second facteur",
        "Assurez-vous d'abord de l'identité de la personne. Son second facteur, ses codes de "
        "secours, son mot de passe et ses jetons ne servent plus ; un mail lui permet d'en "
        "choisir de nouveaux.",
        "Le second facteur est réinitialisé : un mail est envoyé à la personne.",
        ("active",),
        takes_away=True,
    ),
    "profil": Act(
        api.change_profile,
        "Changer le profil",
        "Le nouveau profil et ses académies valent dans les secondes qui suivent, pour les "
        "sessions ouvertes et pour les jetons.",
        "Le profil est changé.",
        ("invited", "active"),
        asks_profile=True,
    ),
    "desactivation": Act(
        api.disable,
        "Désactiver l'accès",
        "La personne ne peut plus s'identifier ; ses sessions et ses jetons prennent fin. Rien "
        "n'est effacé.",
        "L'accès est désactivé.",
        ("invited", "active"),
        takes_away=True,
    ),
    "reactivation": Act(
        api.enable,
        "Réactiver l'accès",
        "La personne s'identifie comme avant ; ses jetons restent révoqués.",
        "L'accès est réactivé.",
        ("disabled",),
    ),
}
INVITED = "invitation"
DONE_SENTENCES = {
    INVITED: "L'invitation est envoyée par mail.",
    **{name: act.done for name, act in ACTS.items()},
}
_AN_ACT = f"any({', '.join(ACTS)})"


@blueprint.get("/equipe", who=access.staff(*MANAGE))
def list_team() -> ResponseReturnValue:
    shown = typed_filters(api.MEMBERS, request.args)
    nobody = api.Members(items=(), next_cursor=None)
    page = read_page(api.MEMBERS, shown, api.list_members, nobody)
    return render_list(
        "gestion/templates/equipe.html",
        api.MEMBERS,
        shown,
        members=sorted(
            page.items, key=lambda member: alphabetical(f"{member.nom} {member.prenoms}")
        ),
        next_cursor=page.next_cursor,
        name_of=name_of,
        academies=_academie_labels(),
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
        **_labels(),
    )


@blueprint.get("/equipe/invitation", who=access.staff(*MANAGE))
def ask_invitation(refusal: DomainError | None = None) -> Response:
    return render_page(
        "gestion/templates/invitation_a_envoyer.html",
        values=_posted_invitation() if refusal else {"role": "gestionnaire"},
        refusal=refusal,
        **_profile_options(),
    )


@blueprint.post("/equipe/invitation", who=access.staff(*MANAGE))
@shown_on(ask_invitation, *STATUSES_SHOWN_HERE)
def invite() -> ResponseReturnValue:
    staff_member.call(api.invite(body={**_posted_invitation(), "code": posted_text("code")}))
    return redirect(url_for("gestion.list_team", fait=INVITED), code=303)


@blueprint.get("/equipe/<staff_id>", who=access.staff(*MANAGE))
def show_member(staff_id: str) -> ResponseReturnValue:
    member = staff_member.call(api.read_member(staff_id))
    return render_page(
        "gestion/templates/membre.html",
        member=member,
        name=name_of(member),
        academies=_academie_labels(),
        acts={name: act for name, act in ACTS.items() if _is_offered(act, name, member)},
        is_own=_is_own(member),
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
        **_labels(),
    )


@blueprint.get(f"/equipe/<staff_id>/<{_AN_ACT}:act>", who=access.staff(*MANAGE))
def ask_act(staff_id: str, act: str, refusal: DomainError | None = None) -> Response:
    member = staff_member.call(api.read_member(staff_id))
    if refusal is None and not _is_offered(ACTS[act], act, member):
        raise NotFound()
    return render_page(
        "gestion/templates/acte_sur_un_membre.html",
        staff_id=staff_id,
        name=name_of(member),
        act=ACTS[act],
        values=(
            _posted_act(ACTS[act])
            if refusal
            else {"role": member.role, "academies": member.academies or ()}
        ),
        refusal=refusal,
        **(_profile_options() if ACTS[act].asks_profile else {}),
    )


@blueprint.post(f"/equipe/<staff_id>/<{_AN_ACT}:act>", who=access.staff(*MANAGE))
@shown_on(ask_act, *STATUSES_SHOWN_HERE)
def do_act(staff_id: str, act: str) -> ResponseReturnValue:
    staff_member.call(ACTS[act].operation(staff_id, body=_posted_act(ACTS[act])))
    return redirect(url_for("gestion.show_member", staff_id=staff_id, fait=act), code=303)


def _posted_invitation() -> dict[str, Any]:
    return {
        **{name: posted_text(name) for name in ("nom", "prenoms", "email")},
        **_posted_profile(),
    }


def _posted_act(act: Act) -> dict[str, Any]:
    sent = {
        "code": posted_text("code"),
        **({"reason": posted_text("reason")} if act.asks_reason else {}),
    }
    return {**sent, **(_posted_profile() if act.asks_profile else {})}


def _posted_profile() -> dict[str, Any]:
    return {"role": posted_text("role"), "academies": request.form.getlist("academies")}


def _profile_options() -> dict[str, Any]:
    return {
        "roles": [{"value": role, "label": label} for role, label in STAFF_ROLE_LABELS.items()],
        "academies": [
            {"value": code, "label": label} for code, label in _academie_labels().items()
        ],
    }


def _is_offered(act: Act, name: str, member: Member) -> bool:
    """Nobody does to themselves what takes their access away, or changes it; the service refuses it
    too."""
    return member.state in act.states and not (
        (act.takes_away or act.asks_profile) and _is_own(member)
    )


def _is_own(member: Member) -> bool:
    return member.id == staff_member.required().subject


def _academie_labels() -> dict[str, str]:
    """By code, in the order in which they are shown."""
    return {
        academie.value: academie.label
        for academie in staff_member.call(api.list_academies()).academies
    }


def _labels() -> dict[str, Any]:
    return {
        "role_labels": STAFF_ROLE_LABELS,
        "state_labels": MEMBER_STATE_LABELS,
        "state_severities": STATE_SEVERITIES,
    }
