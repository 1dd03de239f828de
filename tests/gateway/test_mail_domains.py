"""Which address was meant where the domain typed is one slip away from one that many have."""

import pytest

from gateway.mail_domains import corrected_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Anne.Le@gmial.com", "Anne.Le@gmail.com"),
        ("anne@GMAL.com", "anne@gmail.com"),
        ("anne@gmail.con", "anne@gmail.com"),
        ("anne@hotmaill.fr", "anne@hotmail.fr"),
        ("anne@laposte.ne", "anne@laposte.net"),
    ],
)
def test_one_letter_more_less_other_or_swapped(typed: str, meant: str) -> None:
    assert corrected_address(typed) == meant


@pytest.mark.parametrize(
    "address",
    ["anne@gmail.com", "anne@ymail.com", "anne@hotmail.de", "anne@ac-rennes.fr", "anne", "@gmial.com", "anne@cfr.fr"],
)
def test_other_addresses_are_left_alone(address: str) -> None:
    assert corrected_address(address) is None
