"""Names of gestionnaires, for those who control the same pieces."""

from __future__ import annotations

from services.accounts.queries.staff import PAGE
from tests.accounts.running_accounts import RunningAccounts
from tests.accounts.staff_in_session import Session, logged_in


def names(reader: Session, *others: Session) -> dict[str, str]:
    items = reader.get(f"/staff/names?ids={','.join(other.id for other in others)}")["items"]
    return {item["id"]: f"{item['prenoms']} {item['nom']}" for item in items}


def test_names_are_of_who_shares_an_academie(accounts: RunningAccounts) -> None:
    reader = logged_in(accounts, "a@example.org", "gestionnaire", "03,19")
    colleague = logged_in(accounts, "b@example.org", "gestionnaire", "19,20")
    stranger = logged_in(accounts, "c@example.org", "gestionnaire", "20")
    chief = logged_in(accounts, "d@example.org")
    assert names(reader, colleague, stranger, chief) == {colleague.id: "Anne Martin", chief.id: "Anne Martin"}
    assert names(chief, reader, stranger).keys() == {reader.id, stranger.id}


def test_names_are_asked_for_by_id(accounts: RunningAccounts) -> None:
    reader = logged_in(accounts, "a@example.org", "gestionnaire", "03")
    for query in ("", "?ids=", f"?ids={'x' * 33}", f"?ids={','.join('ab' for _ in range(PAGE + 1))}"):
        assert accounts.call("GET", f"/staff/names{query}", reader.bearer).status_code == 422, query
    assert reader.get("/staff/names?ids=unknown")["items"] == []
