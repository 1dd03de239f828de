"""Which addresses are accepted, and when two spellings are one."""

from __future__ import annotations

import pytest

from services.accounts.domain.emails import ADDRESS_LENGTH, is_valid, key_of


@pytest.mark.parametrize(
    "address", ["lbinet@ac-rennes.fr", "a.b+c@x.example", "o'brien@x.ie", "jean@école.fr", "a@b-c.co.uk", "A@B.FR"]
)
def test_addresses_that_receive_mail_are_accepted(address: str) -> None:
    assert is_valid(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "a@", "@b.fr", "a@b", "a@b..fr", ".a@b.fr", "a.@b.fr", "a b@c.fr", "a@b.fr\nBcc: x@y.fr", "a@-b.fr",
        "a@b.1", "é@b.fr", "a,b@c.fr", "a@b.fr, c@d.fr", "<a@b.fr>", "x" * 65 + "@b.fr", "a@[1.2.3.4]",
        "a@" + "b." * (ADDRESS_LENGTH // 2) + "fr", "Jean <a@b.fr>", '"a b"@c.fr', "a@b.fr\r\nBcc: x@y.fr", "a\0@b.fr",
        "a@b.fr;c@d.fr", "mailto:a@b.fr", "a@b@c.fr", "a@b.fr.", "a\u202e@b.fr", "=?utf-8?q?a?= <a@b.fr>",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    assert not is_valid(address)


def test_case_and_the_form_of_the_domain_do_not_count() -> None:
    assert key_of("LBinet@AC-Rennes.FR") == key_of("lbinet@ac-rennes.fr")
    assert key_of("jean@École.fr") == key_of("jean@xn--cole-9oa.fr")
