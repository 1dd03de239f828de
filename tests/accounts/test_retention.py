"""Accounts that nobody uses are erased, where registrations agrees; those that a restore brings
back are again."""

from pathlib import Path

import pytest

from services.accounts.models import Account, audit_chain
from services.contracts.retention import retention
from tests.accounts.creation_form import PASSWORD
from tests.accounts.running_accounts import RunningAccounts, problem_slug

_CANDIDATURES = retention().kind("candidatures")
KEPT_DAYS = _CANDIDATURES.active.days + _CANDIDATURES.archived.days
_ACCOUNTS = retention().kind("comptes")
NOTICE_DAYS = _ACCOUNTS.notice.days + 1
UNUSED_DAYS = _ACCOUNTS.active.days + 1
WARNED = "va être effacé"


def _accounts(accounts: RunningAccounts) -> list[str]:
    return sorted(row.email for row in accounts.stored(Account))


@pytest.mark.engines("sqlite", "postgresql")
def test_an_unused_account_is_erased_once_no_candidature_is_left(accounts: RunningAccounts) -> None:
    used = accounts.activate_new_account(email="used@example.org")
    old, held = (
        accounts.log_in_new_candidate(email=f"{name}@example.org")["subject"]
        for name in ("old", "held")
    )
    accounts.registrations.engaged = {held}
    accounts.advance_clock(days=UNUSED_DAYS)
    assert accounts.try_log_in(used, PASSWORD).status_code == 201
    accounts.registrations.down = True
    accounts.run_job("erase-unused")
    assert len(_accounts(accounts)) == 3, "registrations decides"
    accounts.registrations.down = False
    for _ in range(2):
        accounts.run_job("erase-unused")
    assert len(_accounts(accounts)) == 3, "nobody is erased who was not told"
    accounts.newest_mail("old@example.org", WARNED)
    assert [mail.recipients for mail in accounts.mailbox.find(subject=WARNED)] == [
        ["old@example.org"]
    ], "once"
    accounts.advance_clock(days=NOTICE_DAYS)
    for _ in range(2):
        accounts.run_job("erase-unused")
    assert _accounts(accounts) == ["held@example.org", used]
    assert accounts.registrations.erased == {old}
    [*_, entry] = accounts.audit_entries(old)
    assert (entry.action, entry.before, entry.after) == ("erased", None, None)
    accounts.registrations.engaged = set()
    for _ in range(2):  # told first, then erased
        accounts.run_job("erase-unused")
        accounts.advance_clock(days=NOTICE_DAYS)
    assert _accounts(accounts) == [used]


def test_who_comes_back_meanwhile_stays(accounts: RunningAccounts) -> None:
    email = accounts.activate_new_account()
    accounts.advance_clock(days=UNUSED_DAYS)
    accounts.run_job("erase-unused")
    accounts.advance_clock(days=NOTICE_DAYS)
    log_ins: list[int] = []
    accounts.registrations.before_many = lambda: log_ins.append(
        accounts.try_log_in(email, PASSWORD).status_code
    )
    accounts.run_job("erase-unused")
    assert log_ins == [201]
    assert _accounts(accounts) == [email]


def test_who_uses_it_and_has_no_candidature_any_more_may_delete_the_account(
    accounts: RunningAccounts,
) -> None:
    login = accounts.log_in_new_candidate()
    accounts.registrations.engaged = {login["subject"]}
    assert problem_slug(login.delete_account()) == "candidature-existante"
    accounts.registrations.engaged = set()
    accounts.advance_clock(days=KEPT_DAYS + 1)
    login = accounts.log_in()
    accounts.run_job("erase-unused")
    assert login.delete_account().status_code == 204
    assert _accounts(accounts) == []


def test_what_a_restore_brings_back_is_erased_again(
    accounts: RunningAccounts, tmp_path: Path
) -> None:
    gone = accounts.log_in_new_candidate(email="one@example.org")["subject"]
    accounts.activate_new_account(email="two@example.org")
    (tmp_path / "ids").write_text(f"{gone}\nunknown\n", encoding="utf-8")
    for _ in range(2):
        assert accounts.run_command("erase-again", str(tmp_path / "ids"))[0] == 0
    accounts.run_job("finish-identity-changes")
    assert _accounts(accounts) == ["two@example.org"]
    assert accounts.run_command("audit", "erased", "--days", "1") == (0, f"{gone}\n")
    with accounts.app.app_context():
        audit_chain.extend()
        assert [
            each for each in audit_chain.mismatches("accounts", [], None) if each.entry_id
        ] == []
