"""Where the files of a copy of one's data stand in its archive."""

import pytest

from services.contracts.api.personal_data import archive_path


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b.pdf", "C:\\a.pdf", "\x00\n.pdf", "é" * 300 + ".pdf"])
def test_no_name_leads_out_of_its_folder_or_is_too_long(name: str) -> None:
    folder, *rest = archive_path("pieces", "0123456789abcdef", name).split("/")
    assert (folder, len(rest)) == ("pieces", 1)
    assert rest[0].startswith("01234567-")
    assert not set(rest[0]) & set('\\:*?"<>|\x00\n')
    assert len(rest[0].encode()) <= 255
    assert rest[0][-4:] == name[-4:]
