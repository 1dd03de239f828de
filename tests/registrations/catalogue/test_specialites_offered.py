"""Whoever chooses a spécialité that a session of the BTS offers comes to the end of the tabs."""

from collections.abc import Callable

from services.registrations.domain import registration_form
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_structure import Structure
from tests.registrations.catalogue.bts_dossiers import BTS, OFFERED, dossier, structure

DOSSIERS = {pair: dossier(*pair) for pair in OFFERED}


def failing(holds: Callable[[Dossier, Structure], bool]) -> list[str]:
    """The sessions and spécialités for whose candidate that does not hold."""
    return [" ".join(pair) for pair in OFFERED if not holds(DOSSIERS[pair], structure(*pair))]


def test_every_tab_is_filled_without_a_remark() -> None:
    assert failing(lambda candidate, _: registration_form.all_tab_errors(candidate) == ()) == []


def test_every_language_that_is_sat_is_named() -> None:
    names = [item.label for item in BTS.lists["langues"]]

    def is_named(candidate: Dossier, of_file: Structure) -> bool:
        languages = {epreuve.code for epreuve in of_file.epreuves if epreuve.options or epreuve.options_of}
        sat = [line for line in registration_form.recap(candidate).epreuves if line.position == "inscrit"]
        unnamed = [line.code for line in sat if not line.option and not any(name in line.label for name in names)]
        return languages.isdisjoint(unnamed)

    assert failing(is_named) == []
