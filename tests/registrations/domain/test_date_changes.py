"""What a change of dates takes from candidates, in sentences to be confirmed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.contracts.api.administration import OpeningDates
from services.registrations.domain.date_changes import losses
from tests.registrations.domain.example_dossier import at

BEFORE = OpeningDates(
    opens=at("2021-10-01 12:00"),
    closes=at("2021-10-31 12:00"),
    deposit_opens=at("2021-10-01 12:00"),
    deposit_closes=at("2021-11-30 00:00"),
)
DURING, BEFOREHAND = at("2021-10-04 12:00"), at("2021-09-01 12:00")
SHORTER = "La durée des inscriptions passe de 30 jours à {}."


@pytest.mark.parametrize(
    ("now", "changed", "lost"),
    [
        (DURING, {"closes": at("2021-11-05 12:00")}, ()),
        (DURING, {"opens": at("2021-10-02 12:00"), "closes": at("2021-11-01 12:00")}, ("reculée",)),
        (BEFOREHAND, {"closes": BEFORE.opens + timedelta(minutes=6)}, ("avancée", SHORTER.format("6 minutes"))),
        (DURING, {"closes": DURING}, ("avancée", "durée", "déjà passée : 04/10/2021 à 12:00", "ne le pourra plus")),
        (DURING, {"deposit_closes": at("2021-11-15 00:00")}, ("du 29/11/2021 à 23:59 au 14/11/2021 à 23:59", "dépôt")),
        (at("2021-12-01 00:00"), {"closes": at("2021-11-05 12:00")}, ("déjà passée",)),
    ],
)
def test_what_candidates_lose_is_told(now: datetime, changed: dict[str, datetime], lost: tuple[str, ...]) -> None:
    sentences = tuple(losses(BEFORE, replace(BEFORE, **changed), now))
    assert len(sentences) == len(lost), sentences
    assert all(words in sentence for words, sentence in zip(lost, sentences, strict=True)), sentences
