"""How many files are received at once: so many in all, and a few of one candidate."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from gateway.web.justificatifs.file_reception import TOO_MANY_IN_ALL, TOO_MANY_OF_CANDIDATE, FileRefused, upload_places


def test_one_candidate_does_not_take_all_places() -> None:
    uploads = upload_places("tested", in_all=5, each=3)
    with ExitStack() as under_way:
        for _ in range(3):
            under_way.enter_context(uploads.place("one"))
        with pytest.raises(FileRefused) as refused, uploads.place("one"):
            pass
        assert (refused.value.detail, refused.value.status) == (TOO_MANY_OF_CANDIDATE, 503)
        for _ in range(2):
            under_way.enter_context(uploads.place("another"))
        with pytest.raises(FileRefused) as refused, uploads.place("a third"):
            pass
        assert refused.value.detail == TOO_MANY_IN_ALL
    with uploads.place("one"), uploads.place("a third"):
        pass
