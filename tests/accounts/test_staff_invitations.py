"""Staff invited by mail: by the link they choose a password and a second factor, once; another
takes its place."""

import pytest

from services.accounts.domain.civil_status import NAME_LENGTH
from services.accounts.domain.mail_link_rules import in_hours
from services.accounts.domain.staff import RECOVERY_CODES
from services.accounts.models import AuditEntry, MailLink, RecoveryCode, StaffMember, StaffToken
from services.contracts.account_rules import INVITATION_LIFETIME
from tests.accounts.running_accounts import RunningAccounts, problem_slug, refused_fields
from tests.accounts.staff_in_session import (
    PASSWORD,
    WHY,
    Session,
    code_of,
    complete,
    invitation_token,
    proposal,
)

NEW = "nouvelle@dec.example"
PERSON = {
    "email": NEW,
    "nom": "Durand",
    "prenoms": "Paule",
    "role": "gestionnaire",
    "academies": ["03", "19"],
}


def invited(chief: Session, **changes: object) -> str:
    answer = chief.post("/staff", **{**PERSON, **changes})
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


@pytest.fixture
def token(accounts: RunningAccounts, chief: Session) -> str:
    """Of the link of somebody who was just invited."""
    invited(chief)
    return invitation_token(accounts, NEW)


def state_of(accounts: RunningAccounts, token: str) -> str:
    return str((accounts.post("/staff-invitations/check", token=token).json or {})["state"])


def acts_on(accounts: RunningAccounts, staff_id: str) -> list[tuple[str, str]]:
    return [(entry.action, entry.actor_id) for entry in accounts.audit_entries(staff_id)]


def test_who_is_invited_sets_the_account_up_and_logs_in_with_it(
    accounts: RunningAccounts, chief: Session
) -> None:
    staff_id = invited(chief)
    assert chief.get(f"/staff/{staff_id}")["state"] == "invited"
    for password in (PASSWORD, "personne n'a ce mot de passe"):
        assert (
            problem_slug(accounts.try_log_in(NEW, password, code="000000"))
            == "identification-refusee"
        )
    token = invitation_token(accounts, NEW)
    answer, secret = complete(accounts, token)
    assert len(set(answer.json["recovery_codes"])) == RECOVERY_CODES
    session = accounts.post("/sessions/exchange", session=answer.json["session"]).json
    assert (session["subject"], session["academies"], session["prenoms"]) == (
        staff_id,
        ["03", "19"],
        "Paule",
    )
    member = Session(accounts, staff_id, NEW, PASSWORD, secret)
    assert member.log_in().status_code == 201
    assert chief.get(f"/staff/{staff_id}")["state"] == "active"
    assert problem_slug(chief.post(f"/staff/{staff_id}/invitation")) == "conflit", (
        "nobody is invited again"
    )
    assert acts_on(accounts, staff_id) == [
        ("staff_invited", chief.id),
        ("staff_set_up", staff_id),
        ("staff_logged_in", staff_id),
    ]


def test_a_link_works_once_and_the_code_that_confirmed_it_logs_nobody_in(
    accounts: RunningAccounts, token: str
) -> None:
    """Each opening proposes another secret: who has merely looked at somebody's link does not know
    the second factor that they set up."""
    seen = proposal(accounts, token)
    shown = proposal(accounts, token)
    assert seen["secret"] != shown["secret"]
    again = accounts.post("/staff-invitations/check", token=token, proposal=shown["sealed"]).json[
        "proposal"
    ]
    assert again == shown
    assert shown["uri"].startswith("otpauth://totp/")
    code = code_of(shown["secret"])
    given = {
        "password": PASSWORD,
        "password_confirmation": PASSWORD,
        "proposal": shown["sealed"],
        "code": code,
    }
    assert accounts.post("/staff-invitations", token=token, **given).status_code == 200
    assert problem_slug(accounts.try_log_in(NEW, PASSWORD, code=code)) == "identification-refusee"
    assert state_of(accounts, token) == "used"
    assert problem_slug(accounts.post("/staff-invitations", token=token, **given)) == "lien-utilise"


def test_the_newest_link_alone_counts_waits_while_its_person_is_disabled_and_expires(
    accounts: RunningAccounts, chief: Session
) -> None:
    staff_id = invited(chief)
    chief.post(f"/staff/{staff_id}/invitation")
    first = invitation_token(accounts, NEW)
    assert state_of(accounts, first) == "usable"
    assert len(accounts.mailbox.find(NEW)) == 1, "of two invitations the last alone is sent"
    assert len(accounts.stored(MailLink)) == 1
    accounts.mailbox.clear()
    assert chief.post(f"/staff/{staff_id}/invitation").status_code == 204
    token = invitation_token(accounts, NEW)
    assert (state_of(accounts, first), state_of(accounts, token)) == ("replaced", "usable")
    chief.post(f"/staff/{staff_id}/disable", reason=WHY)
    assert state_of(accounts, token) == "ended"
    assert problem_slug(chief.post(f"/staff/{staff_id}/invitation")) == "compte-a-reactiver"
    chief.post(f"/staff/{staff_id}/enable", reason=WHY)
    accounts.advance_clock(INVITATION_LIFETIME, seconds=-60)
    assert state_of(accounts, token) == "usable"
    accounts.advance_clock(seconds=120)
    answer = accounts.post("/staff-invitations/check", token=token).json
    assert (answer["state"], answer["proposal"]) == ("expired", None)
    assert in_hours(INVITATION_LIFETIME) in answer["detail"]


def test_who_lost_the_second_factor_gets_the_only_link_that_counts(
    accounts: RunningAccounts, chief: Session
) -> None:
    staff_id = invited(chief)
    answer, secret = complete(accounts, invitation_token(accounts, NEW))
    member = Session(accounts, staff_id, NEW, PASSWORD, secret, answer.json["session"])
    token = member.new_token()["token"]
    assert chief.post(f"/staff/{member.id}/second-factor-reset", reason=WHY).status_code == 204
    assert (
        problem_slug(accounts.post("/sessions/exchange", session=member.secret))
        == "session-expiree"
    )
    assert problem_slug(accounts.post("/tools/exchange", token=token)) == "jeton-refuse"
    assert problem_slug(member.log_in()) == "identification-refusee"
    assert accounts.stored(RecoveryCode) == []
    answer, secret = complete(accounts, invitation_token(accounts, NEW, "second facteur"))
    assert answer.status_code == 200
    member.totp_secret = secret
    assert member.log_in().status_code == 201
    assert ("second_factor_reset", chief.id) in acts_on(accounts, member.id)
    assert (
        problem_slug(chief.post(f"/staff/{chief.id}/second-factor-reset", reason=WHY)) == "soi-meme"
    )
    token = member.new_token()["token"]
    tables = (StaffMember, StaffToken, RecoveryCode, AuditEntry, MailLink)
    stored = repr([vars(row) for row in accounts.stored(*tables)])
    for hidden in (
        PASSWORD,
        secret,
        token,
        *answer.json["recovery_codes"],
    ):  # no secret is stored in a readable form
        assert hidden not in stored
        assert hidden.replace("-", "") not in stored


def test_an_address_that_is_taken_is_said_to_be_so(
    accounts: RunningAccounts, chief: Session
) -> None:
    invited(chief)
    accounts.activate_new_account()
    for address, words in (
        (NEW.upper(), "membre de l'équipe"),
        ("lbinet@ac-rennes.fr", "candidat"),
    ):
        answer = chief.post("/staff", **{**PERSON, "email": address})
        assert (problem_slug(answer), refused_fields(answer)) == ("adresse-prise", {"email"})
        assert words in answer.json["detail"]


def test_an_invitation_is_checked(chief: Session) -> None:
    wrong: tuple[tuple[dict[str, object], set[str]], ...] = (
        ({"email": "", "nom": " ", "prenoms": "", "role": ""}, {"email", "nom", "prenoms", "role"}),
        ({"email": "nulle part"}, {"email"}),
        ({"nom": "x" * (NAME_LENGTH + 1)}, {"nom"}),
        ({"academies": []}, {"academies"}),
        ({"academies": ["99"]}, {"academies"}),
        ({"role": "administrateur"}, {"academies"}),
        ({"code": ""}, {"code"}),
        ({"code": "000000"}, {"code"}),
    )
    for typed, fields in wrong:
        answer = chief.post("/staff", **{**PERSON, **typed})
        assert (answer.status_code, refused_fields(answer)) == (422, fields), typed


def test_a_mistake_leaves_the_link_usable(
    accounts: RunningAccounts, chief: Session, token: str
) -> None:
    invited(chief, email="autre@dec.example")
    other = proposal(accounts, invitation_token(accounts, "autre@dec.example"))
    wrong: tuple[tuple[dict[str, str], set[str]], ...] = (
        ({"password": "court", "password_confirmation": "court"}, {"password"}),
        ({"password_confirmation": "Autre/2021"}, {"password_confirmation"}),
        ({"code": ""}, {"code"}),
        ({"code": "000000"}, {"code"}),
        ({"proposal": "inventée"}, {"code"}),
        ({"proposal": other["sealed"], "code": code_of(other["secret"])}, {"code"}),
        ({"password": "", "code": ""}, {"password", "password_confirmation", "code"}),
    )
    for typed, fields in wrong:
        answer, _ = complete(accounts, token, **typed)
        assert (answer.status_code, refused_fields(answer)) == (422, fields), typed
        assert state_of(accounts, token) == "usable"


def test_a_renewal_by_command_ends_an_invitation(accounts: RunningAccounts, token: str) -> None:
    renewed = accounts.command_result("renew-staff", "--email", NEW)
    assert state_of(accounts, token) == "ended"
    member = Session(accounts, renewed["id"], NEW, renewed["password"], renewed["totp_secret"])
    assert member.log_in().status_code == 201
