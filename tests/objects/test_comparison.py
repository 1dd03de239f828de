from hypothesis import given
from hypothesis import strategies as some

from services.objects.reconciliation import KeyRow, compare

keys = some.sets(some.text("ab-/.0", min_size=1, max_size=4))


@given(keys, keys, keys)
def test_what_only_one_side_has_is_named_once_whatever_both_hold(
    named: set[str], also_named: set[str], stored: set[str]
) -> None:
    rows = sorted(
        [KeyRow(key, "1") for key in named] + [KeyRow(key, "2") for key in also_named], key=lambda row: row.key
    )
    all_named = named | also_named
    result = list(compare(rows, sorted(stored)))
    assert {item.key for item in result if isinstance(item, KeyRow)} == all_named - stored
    assert {item for item in result if isinstance(item, str)} == stored - all_named
    assert len(result) == len(all_named ^ stored)
