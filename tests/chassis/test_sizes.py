"""Sizes as people read them."""

import pytest

from services.chassis.french import file_size

MO = 1024 * 1024


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 octet"),
        (812, "812 octets"),
        (1024, "1 Ko"),
        (48 * 1024, "48 Ko"),
        (48 * 1024 + 1, "49 Ko"),
        (MO - 1, "1 Mo"),
        (MO, "1 Mo"),
        (3 * MO // 2, "1,5 Mo"),
        (5 * MO, "5 Mo"),
        (5 * MO + 1, "5,1 Mo"),
    ],
)
def test_a_size_is_rounded_up_so_that_what_exceeds_a_limit_is_never_called_that_limit(size: int, shown: str) -> None:
    assert file_size(size) == shown
