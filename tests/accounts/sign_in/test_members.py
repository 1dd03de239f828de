"""ProConnect: whose account of staff an identity opens, how an invitation is accepted, and which
code is asked for."""

import pytest
from werkzeug.test import TestResponse

from services.accounts.models import ProviderIdentity
from services.accounts.operations import second_factor
from tests.accounts.creation_form import PASSWORD
from tests.accounts.running_accounts import RunningAccounts, problem_slug
from tests.accounts.sign_in.conftest import ANGELA, SignIns, refused
from tests.accounts.staff_in_session import EMAIL, WHY, Session, code_of, invitation_token, proposal
from tests.support.identity_providers import person

ANNE = person(email=EMAIL)


@pytest.fixture
def invitation(chief: Session) -> str:
    """The token of the link that was mailed."""
    invited = {
        "email": EMAIL,
        "nom": "Roux",
        "prenoms": "Anne",
        "role": "gestionnaire",
        "academies": ["03"],
    }
    assert chief.post("/staff", **invited).status_code == 201
    return invitation_token(chief.accounts, EMAIL)


def accept(accounts: RunningAccounts, invitation: str, identity: str) -> tuple[TestResponse, str]:
    shown = proposal(accounts, invitation)
    sent = {"identity": identity, "proposal": shown["sealed"], "code": code_of(shown["secret"])}
    return accounts.post("/staff-invitations", token=invitation, **sent), shown["secret"]


def test_an_invitation_is_for_its_address_and_gives_its_role(
    proconnect: SignIns, invitation: str
) -> None:
    accounts = proconnect.accounts
    answer, _ = accept(accounts, invitation, proconnect.identity_of(person()))
    assert (answer.status_code, "autre adresse mail" in answer.json["detail"]) == (409, True), (
        "it stays usable"
    )
    anne = person(email=EMAIL.upper(), role="administrateur")
    answer, secret = accept(accounts, invitation, proconnect.identity_of(anne))
    assert answer.status_code == 200, answer.json
    entered = accounts.post("/sessions/exchange", session=answer.json["session"]).json or {}
    assert (entered["role"], entered["academies"]) == ("gestionnaire", ["03"])
    assert accounts.try_log_in(EMAIL, "", code=code_of(secret)).status_code == 422
    assert proconnect.open(anne, "pwd", "mfa")["subject"] == entered["subject"]
    asked = proconnect.come_back(anne, "pwd").json
    assert (asked["asks_code"], asked["opened"]) == (True, None)
    wrong = accounts.try_log_in("", "", identity=asked["identity"], code="000000")
    assert problem_slug(wrong) == "saisie-invalide"
    member = Session(accounts, entered["subject"], EMAIL, "", secret)
    right = accounts.try_log_in("", "", identity=asked["identity"], code=member.code())
    assert (right.status_code, right.json["subject"]) == (201, entered["subject"])
    trail = [entry.action for entry in accounts.audit_entries(entered["subject"])]
    assert trail == [
        "staff_invited",
        "identity_joined",
        "staff_set_up",
        "staff_logged_in",
        "staff_logged_in",
    ]


def join(member: Session, identity: str) -> TestResponse:
    """Log in with the password and a code, with this identity in hand."""
    return member.accounts.try_log_in(
        member.email, member.password, code=member.code(), identity=identity
    )


def test_people_are_joined_to_an_identity_of_their_own_alone(
    proconnect: SignIns, member: Session
) -> None:
    """Not to that of who left the page open on a shared machine, or learnt a password and a code
    once."""
    identity = proconnect.identity_of(person())
    answer = join(member, identity)
    assert (answer.status_code, "autre adresse mail" in answer.json["detail"]) == (409, True)
    candidate = member.accounts.activate_new_account(**ANGELA)
    refusal = refused(member.accounts.try_log_in(candidate, PASSWORD, identity=identity))
    assert "trop longtemps" in refusal, "each provider is for its own people"
    assert not member.accounts.stored(ProviderIdentity)


@pytest.fixture
def anne(proconnect: SignIns, member: Session) -> Session:
    """Her account is joined to her identity."""
    assert join(member, proconnect.identity_of(ANNE)).status_code == 201
    return member


def test_who_is_disabled_or_given_another_second_factor_does_not_come_in_by_proconnect(
    proconnect: SignIns, chief: Session, anne: Session
) -> None:
    chief.post(f"/staff/{anne.id}/disable", reason=WHY)
    assert problem_slug(proconnect.come_back(ANNE, "mfa")) == "compte-desactive"
    chief.post(f"/staff/{anne.id}/enable", reason=WHY)
    assert proconnect.open(ANNE, "mfa")
    assert chief.post(f"/staff/{anne.id}/second-factor-reset", reason=WHY).status_code == 204
    answer = proconnect.come_back(ANNE, "mfa").json
    assert (answer["opened"], answer["asks_code"]) == (None, False)


def test_who_is_given_another_second_factor_while_giving_a_code_does_not_come_in(
    proconnect: SignIns, chief: Session, anne: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = proconnect.come_back(ANNE, "pwd").json
    confirm = second_factor.confirm_code

    def confirm_meanwhile(staff_id: str, code: str, *, at_log_in: bool = False) -> None:
        confirm(staff_id, code, at_log_in=at_log_in)
        if staff_id == anne.id:
            assert (
                chief.post(f"/staff/{anne.id}/second-factor-reset", reason=WHY).status_code == 204
            )

    monkeypatch.setattr(second_factor, "confirm_code", confirm_meanwhile)
    detail = refused(
        proconnect.accounts.try_log_in("", "", identity=asked["identity"], code=anne.code())
    )
    assert "n'ouvre aucun compte" in detail
