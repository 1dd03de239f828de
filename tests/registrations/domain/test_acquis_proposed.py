"""« Acquis » as the page has it: what may be kept is ticked beforehand, and the candidate unticks what is sat again."""

from dataclasses import replace

from services.registrations.domain import registration_form
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import RuleUse
from tests.registrations.domain.example_dossier import DOSSIER, with_answers
from tests.registrations.domain.tab_reading import ACQUIS, acquis_errors, field, fields, position, told

OPENED = {"meme_bts": "oui", "meme_bts-annee": "2021", "meme_bts-academie": "03"}
DIPLOMA = {"diplome": "oui", "diplome-annee": "2019", "diplome-titre": "dut"}


def with_acquis(answers: dict[str, str], dossier: Dossier = DOSSIER) -> Dossier:
    return replace(dossier, answers={**dossier.answers, "acquis": answers})


def sent(dossier: Dossier, typed: dict[str, str] | None = None, *, untick: str = "") -> Dossier:
    """The tab as a browser sends it: each field as it is shown, save what was typed or unticked."""
    shown = {field.name: str(field.value or "") for field in fields(dossier, ACQUIS)}
    boxes = {field.name for field in fields(dossier, ACQUIS) if field.type == "checkbox"}
    filled = {**shown, **(typed or {})}
    return with_acquis(
        {name: text for name, text in filled.items() if name != untick and (text or name not in boxes)}, dossier
    )


def ticked(dossier: Dossier) -> list[str]:
    """The units that the page shows as kept."""
    boxes = [field for field in fields(dossier, ACQUIS) if "-garder-" in field.name and field.value]
    return [field.name.rpartition("garder-")[2] for field in boxes]


def test_a_mark_that_gives_a_right_is_kept_and_a_unit_without_one_neither_kept_nor_asked_for() -> None:
    opened = sent(with_acquis({"meme_bts": "oui"}), OPENED)
    assert "E1" in ticked(opened)
    assert acquis_errors(opened) == []
    assert position(opened, "E1") == "Inscrit"
    typed = sent(opened, {"meme_bts-note-E1": "12,5"})
    assert acquis_errors(typed) == []
    assert told(typed)["E1 - Culture générale et expression"] == "Bénéfice (12,5/20)"
    assert ticked(with_acquis({"vae": "oui", "vae-annee": "2020"})) == [], "those of a VAE the candidate ticks"


def test_a_unit_unticked_is_sat_again_and_stays_unticked() -> None:
    typed = sent(with_acquis(OPENED | {"meme_bts-montrees": ""}), NOTES, untick="meme_bts-garder-E1")
    again = sent(sent(typed))
    assert position(again, "E1") == "Inscrit"
    assert position(again, "E5") == "Bénéfice"
    assert "E1" not in ticked(again)
    assert told(again)["E1 - Culture générale et expression"] == "Note non conservée : 12/20"


def test_a_mark_too_low_is_sat_again_and_the_page_says_why() -> None:
    typed = sent(with_acquis(OPENED), {"meme_bts-note-E3": "8"})
    assert acquis_errors(typed) == []
    assert position(typed, "E3") == "Inscrit"
    assert "E3" not in ticked(typed)
    hint = field(typed, ACQUIS, "meme_bts-garder-E3").hint
    assert hint == "Une note inférieure à 10 ne se conserve que sous la forme progressive : l'épreuve est à repasser."
    insisted = sent(typed, {"meme_bts-garder-E3": "oui"})
    assert any("forme progressive" in reason for reason in acquis_errors(insisted))
    progressive = with_acquis(OPENED, with_answers("qualification", forme="progressive"))
    assert position(sent(progressive, {"meme_bts-note-E3": "8"}), "E3") == "Report"


def test_what_a_diploma_opens_is_proposed_and_can_be_unticked() -> None:
    shown = with_acquis(sent(with_acquis({"diplome": "oui"})).answers["acquis"] | DIPLOMA)  # type: ignore[operator]
    assert ticked(shown) == ["E1"]
    assert position(sent(shown), "E1") == "Dispensé"
    unticked = sent(sent(shown, untick="diplome-garder-E1"))
    assert ticked(unticked) == []
    assert position(unticked, "E1") == "Inscrit"
    kept = sent(with_acquis(OPENED), {"meme_bts-note-E1": "12"}).answers["acquis"]
    both = with_acquis({**kept, "diplome": "oui", "diplome-montrees": "", **DIPLOMA})  # type: ignore[dict-item]
    assert ticked(both).count("E1") == 1, "kept already"


def test_answers_of_an_earlier_page_keep_their_meaning() -> None:
    """There an unticked unit was sat again, whatever its mark; it is shown so and sent so."""
    earlier = with_acquis({**OPENED, "meme_bts-note-E1": "12", "meme_bts-note-E5": "11", "meme_bts-garder-E5": "oui"})
    for dossier in (earlier, sent(earlier)):
        assert position(dossier, "E1") == "Inscrit"
        assert position(dossier, "E5") == "Bénéfice"
        assert "E1" not in ticked(dossier)
    diploma = with_acquis({**DIPLOMA, "diplome-economie_droit": "oui", "diplome-garder-E5": "oui"})
    assert ticked(sent(diploma)) == ["E5"]


def test_renouncing_never_asks_to_untick_what_nothing_has_ticked() -> None:
    renouncing = with_answers("candidature", renoncement="oui")
    for answers, words in (
        ({}, "aucune épreuve n'est cochée"),
        ({"vae": "oui"}, "aucune épreuve n'est cochée"),
        (OPENED, "décochez « à conserver »"),
    ):
        [notice] = registration_form.tab_view(with_acquis(answers, renouncing), ACQUIS).notices
        assert words in notice


NOTES = {"meme_bts-note-E1": "12", "meme_bts-note-E5": "11"}


def test_what_the_rule_never_dispenses_of_is_not_offered() -> None:
    declared = with_acquis(DIPLOMA)
    dispense = RuleUse("dispense", {"never": "culture_generale"})
    rules = tuple(dispense if use.name == "dispense" else use for use in declared.exam.rules)
    strict = replace(declared, exam=replace(declared.exam, rules=rules))
    assert "diplome-garder-E1" in {field.name for field in fields(declared, ACQUIS)}
    assert "diplome-garder-E1" not in {field.name for field in fields(strict, ACQUIS)}
