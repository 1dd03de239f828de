"""K6, K7, K8, the four boxes of « Acquis », and what is ticked there beforehand."""

from dataclasses import replace

import pytest

from services.registrations.domain import registration_form, rules
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import RuleUse
from tests.registrations.domain.example_dossier import DOSSIER, as_saved, details, with_answers
from tests.registrations.domain.tab_reading import (
    ACQUIS,
    field,
    fields,
    found,
    pointers,
    position,
    refusals,
    shown_epreuves,
    told,
)


def acquis_errors(dossier: Dossier) -> list[str]:
    """What the candidate is told to be wrong in « Acquis »."""
    return refusals(dossier, ACQUIS)


def keeping(code: str, mark: str, year: str = "2021", **more: str) -> Dossier:
    kept = {f"meme_bts-note-{code}": mark, f"meme_bts-garder-{code}": "oui"}
    return with_answers("acquis", meme_bts__annee=year, **kept, **more)


def with_diploma(title: str, *codes: str, law: str = "") -> Dossier:
    kept_boxes = {f"diplome-garder-{code}": "oui" for code in codes}
    typed = {
        "diplome": "oui",
        "diplome-annee": "2019",
        "diplome-titre": title,
        "diplome-economie_droit": law,
    }
    return with_answers("acquis", **typed, **kept_boxes)


def progressive(dossier: Dossier) -> Dossier:
    return with_answers("qualification", dossier, forme="progressive")


def test_a_mark_of_ten_to_twenty_is_a_benefice() -> None:
    assert [acquis_errors(keeping("E1", mark)) for mark in ("20", "20,00", "10")] == [[]] * 3
    dossier = keeping("E1", "12,5")
    assert acquis_errors(dossier) == []
    line = next(line for line in registration_form.recap(dossier).epreuves if line.code == "E1")
    assert (line.position_label, line.mark, line.mode_label) == ("Bénéfice", "12,5", None)


def test_a_mark_below_ten_is_reported_in_the_progressive_form_only() -> None:
    low = keeping("E3", "8")
    assert "progressive" in acquis_errors(low)[0]
    assert (acquis_errors(progressive(low)), position(progressive(low), "E3")) == ([], "Report")


@pytest.mark.parametrize("mark", ["21", "-1", "douze", "12,555", "1e1", "٥", "12.5.1"])
def test_a_mark_that_is_none_is_refused(mark: str) -> None:
    assert acquis_errors(keeping("E1", mark)) == [
        "E1 : la note est un nombre de 0 à 20, par exemple 12,5."
    ]
    assert acquis_errors(keeping("E1", "")) == [
        "E1 : indiquez la note obtenue pour conserver cette épreuve."
    ]


def test_a_mark_is_of_one_of_the_five_years_before_the_session() -> None:
    assert acquis_errors(keeping("E1", "12", "2017")) == []
    assert acquis_errors(keeping("E1", "12", "2016")) != []
    assert "E1 : une note s'obtient avant la session 2022." in acquis_errors(
        keeping("E1", "12", "2022")
    )


def test_all_reasons_are_given_at_once() -> None:
    told = " ".join(
        acquis_errors(
            keeping("E4", "8", "2010", meme_bts__note__E1="99", meme_bts__garder__E1="oui")
        )
    )
    of_e4 = (
        "choisissez parmi E4-A, E4-B",
        "E4 : une note inférieure à 10",
        "E4 : une note se conserve 5 ans",
    )
    assert [reason for reason in (*of_e4, "E1 : la note est un nombre") if reason not in told] == []


@pytest.mark.parametrize("code", ["E4", "E2-A", "EF1"])
def test_only_a_leaf_unit_that_is_mandatory_is_kept(code: str) -> None:
    assert len(acquis_errors(keeping(code, "15"))) == 1
    assert position(keeping(code, "15"), code) == "Inscrit"
    mco = with_answers("qualification", keeping("E2", "15"), specialite="31213")
    assert "choisissez parmi E21, E22" in acquis_errors(mco)[0], (
        "though the maîtresse prints a unit"
    )


def test_e4_is_kept_when_both_its_parts_are_and_the_parts_of_e2_follow_it() -> None:
    half = keeping("E4-A", "12")
    whole = with_answers("acquis", half, meme_bts__note__E4__B="11", meme_bts__garder__E4__B="oui")
    assert (position(half, "E4"), position(whole, "E4")) == ("Inscrit", "Bénéfice")
    assert shown_epreuves(whole)["E4"].title == "E4 : Dévelop.suivi.activ.commercia. : Bénéfice"
    carried = progressive(with_answers("acquis", whole, meme_bts__note__E4__B="7"))
    assert position(carried, "E4") == "Report"
    assert position(keeping("E2", "14"), "E2-A") == "Bénéfice"


def test_another_bts_gives_common_units_only() -> None:
    other = {
        "meme_bts": "",
        "autre_bts": "oui",
        "autre_bts-annee": "2021",
        "autre_bts-academie": "03",
    }
    typed = {
        **other,
        "autre_bts-specialite": "31213",
        "autre_bts-note-E1": "13",
        "autre_bts-garder-E1": "oui",
    }
    common = with_answers("acquis", **typed)
    assert (acquis_errors(common), position(common, "E1")) == ([], "Bénéfice")
    not_common = with_answers(
        "acquis", common, autre_bts__note__E5="13", autre_bts__garder__E5="oui"
    )
    [reason] = acquis_errors(not_common)
    assert (
        reason == "E5 : cette unité n'est pas commune avec « Management commercial opérationnel »."
    )


def test_another_diploma_dispenses_of_what_its_title_opens() -> None:
    dispensed = with_diploma("dut", "E1")
    assert acquis_errors(dispensed) == []
    assert position(dispensed, "E1") == "Dispensé"


def test_a_diploma_dispenses_of_no_professional_epreuve() -> None:
    assert "professionnelle" in acquis_errors(with_diploma("dut", "E3"))[0]


def test_a_diploma_with_law_dispenses_of_economics_and_law_with_their_unit() -> None:
    assert acquis_errors(with_diploma("dut", "E5", law="oui")) == []


def test_a_dispense_of_english_ends_with_session_2022() -> None:
    assert acquis_errors(with_diploma("anglais", "C-ANGL")) == []
    later = replace(DOSSIER, session=replace(DOSSIER.session, year=2023))
    assert "C-ANGL" not in [chosen.epreuve.code for chosen in later.epreuves]


def test_another_bts_dispenses_by_what_its_specialite_shares() -> None:
    shared = with_answers("acquis", with_diploma("bts_autre", "E1"), diplome__specialite="31213")
    assert acquis_errors(shared) == []
    assert found(shared, ACQUIS, "diplome-specialite", "management") == ["31213"]


@pytest.mark.parametrize(
    ("title", "code"), [("etranger", "E1"), ("dut", "E5"), ("bts_autre", "E1")]
)
def test_a_diploma_dispenses_of_nothing_that_its_title_does_not_open(title: str, code: str) -> None:
    assert "ne donne pas droit" in acquis_errors(with_diploma(title, code, law="non"))[0]


def test_a_ticked_diploma_dispenses_of_something_where_it_could() -> None:
    assert acquis_errors(with_diploma("etranger")) == [], "it opens nothing that could be ticked"
    assert "décochez la case" in acquis_errors(with_diploma("dut"))[0]


@pytest.mark.parametrize(("year", "is_refused"), [("2022", False), ("2023", True)])
def test_a_diploma_that_dispenses_is_obtained_by_the_sessions_year(
    year: str, is_refused: bool
) -> None:
    obtained = with_answers("acquis", diplome="oui", diplome__annee=year, diplome__garder__E3="oui")
    use = next(use for use in DOSSIER.exam.rules if use.name == "dispense")
    refusals = details(rules.apply(use, obtained))
    assert ("Année : elle doit précéder la session présentée." in refusals) is is_refused


@pytest.mark.parametrize(("year", "is_refused"), [("2014", False), ("1990", True)])
def test_no_diploma_is_of_ones_early_childhood(year: str, is_refused: bool) -> None:
    refusals = acquis_errors(with_answers("acquis", with_diploma("dut", "E1"), diplome__annee=year))
    assert any("vous n'aviez pas" in refusal for refusal in refusals) is is_refused


def test_the_vae_box_dispenses_of_something_and_says_so_on_the_confirmation() -> None:
    boxed = with_answers("acquis", vae="oui", vae__annee="2020")
    assert any("décochez la case" in reason for reason in acquis_errors(boxed))
    vae = with_answers("acquis", boxed, vae__garder__E3="oui")
    assert as_saved(vae).confirmation.vae
    assert position(vae, "E3") == "Dispensé"


def test_a_unit_is_kept_on_one_ground_only() -> None:
    twice = with_answers(
        "acquis", keeping("E1", "12"), vae="oui", vae__annee="2020", vae__garder__E1="oui"
    )
    assert acquis_errors(twice) == [
        "E1 : cette épreuve est déjà conservée plus haut ; décochez-la ici."
    ]


def test_marks_of_several_sessions_are_kept_each_for_its_own_years() -> None:
    marks = {"meme_bts-note-E5": "11", "meme_bts-garder-E5": "oui", "meme_bts-annee-E5": "2019"}
    both = with_answers("acquis", keeping("E1", "12", "2021"), **marks)
    assert acquis_errors(both) == []
    assert as_saved(both).confirmation.deja_presente == "2019, 2021"
    assert told(both)["E5 - Env.éco.jur.orga.activ.bancai."] == "Bénéfice (11/20, session 2019)"
    assert told(both)["E1 - Culture générale et expression"] == "Bénéfice (12/20)"
    older = with_answers("acquis", both, meme_bts__annee__E5="2016")
    assert acquis_errors(older) == [
        "E5 : une note se conserve 5 ans ; celle de 2016 n'est plus valable."
    ]


@pytest.mark.parametrize("year", ["21", "2022", "demain"])
def test_the_year_of_a_mark_or_an_open_box_precedes_the_session_and_a_closed_one_asks_nothing(
    year: str,
) -> None:
    for typed in ({"meme_bts-annee": year}, {"meme_bts-note-E5": "4", "meme_bts-annee-E5": year}):
        assert pointers(with_answers("acquis", **typed), ACQUIS) == [list(typed)[-1]]
    assert (
        acquis_errors(
            replace(DOSSIER, answers={**DOSSIER.answers, "acquis": {"vae-garder-E1": "oui"}})
        )
        == []
    )


NOTES = {"meme_bts-note-E1": "12", "meme_bts-note-E5": "11"}
OPENED = {"meme_bts": "oui", "meme_bts-annee": "2021", "meme_bts-academie": "03"}
DIPLOMA = {"diplome": "oui", "diplome-annee": "2019", "diplome-titre": "dut"}


def with_acquis(answers: dict[str, str], dossier: Dossier = DOSSIER) -> Dossier:
    return replace(dossier, answers={**dossier.answers, "acquis": answers})


def sent(dossier: Dossier, typed: dict[str, str] | None = None, *, untick: str = "") -> Dossier:
    """The tab as a browser sends it: each field as it is shown, save what was typed or unticked."""
    shown = {field.name: str(field.value or "") for field in fields(dossier, ACQUIS)}
    boxes = {field.name for field in fields(dossier, ACQUIS) if field.type == "checkbox"}
    filled = {**shown, **(typed or {})}
    kept = {
        name: text
        for name, text in filled.items()
        if name != untick and (text or name not in boxes)
    }
    return with_acquis(kept, dossier)


def ticked(dossier: Dossier) -> list[str]:
    """The units that the page shows as kept."""
    boxes = [field for field in fields(dossier, ACQUIS) if "-garder-" in field.name and field.value]
    return [field.name.rpartition("garder-")[2] for field in boxes]


def test_a_mark_that_gives_a_right_is_kept_and_a_unit_without_one_is_not_asked_for() -> None:
    opened = sent(with_acquis({"meme_bts": "oui"}), OPENED)
    assert ("E1" in ticked(opened), acquis_errors(opened), position(opened, "E1")) == (
        True,
        [],
        "Inscrit",
    )
    typed = sent(opened, {"meme_bts-note-E1": "12,5"})
    assert acquis_errors(typed) == []
    assert told(typed)["E1 - Culture générale et expression"] == "Bénéfice (12,5/20)"
    vae = with_acquis({"vae": "oui", "vae-annee": "2020"})
    assert ticked(vae) == [], "those of a VAE the candidate ticks"
    names = {field.name for field in fields(vae, ACQUIS)}
    assert ("vae-garder-E4-A" in names, "meme_bts-annee" in names) == (
        True,
        False,
    ), "of ticked boxes only"


def test_a_unit_unticked_is_sat_again_and_stays_unticked() -> None:
    typed = sent(
        with_acquis(OPENED | {"meme_bts-montrees": ""}), NOTES, untick="meme_bts-garder-E1"
    )
    again = sent(sent(typed))
    assert (position(again, "E1"), position(again, "E5"), "E1" in ticked(again)) == (
        "Inscrit",
        "Bénéfice",
        False,
    )
    assert told(again)["E1 - Culture générale et expression"] == "Note non conservée : 12/20"


def test_a_mark_too_low_is_sat_again_and_the_page_says_why() -> None:
    typed = sent(with_acquis(OPENED), {"meme_bts-note-E3": "8"})
    assert (acquis_errors(typed), position(typed, "E3"), "E3" in ticked(typed)) == (
        [],
        "Inscrit",
        False,
    )
    hint = field(typed, ACQUIS, "meme_bts-garder-E3").hint
    assert (
        hint
        == "Une note inférieure à 10 ne se conserve que sous la forme progressive : l'épreuve est "
        "à repasser."
    )
    insisted = sent(typed, {"meme_bts-garder-E3": "oui"})
    assert any("forme progressive" in reason for reason in acquis_errors(insisted))
    progressive = with_acquis(OPENED, with_answers("qualification", forme="progressive"))
    assert position(sent(progressive, {"meme_bts-note-E3": "8"}), "E3") == "Report"


def test_what_a_diploma_opens_is_proposed_and_can_be_unticked() -> None:
    shown = with_acquis(sent(with_acquis({"diplome": "oui"})).answers["acquis"] | DIPLOMA)  # type: ignore[operator]
    assert (ticked(shown), position(sent(shown), "E1")) == (["E1"], "Dispensé")
    unticked = sent(sent(shown, untick="diplome-garder-E1"))
    assert (ticked(unticked), position(unticked, "E1")) == ([], "Inscrit")
    kept = sent(with_acquis(OPENED), {"meme_bts-note-E1": "12"}).answers["acquis"]
    both = with_acquis({**kept, "diplome": "oui", "diplome-montrees": "", **DIPLOMA})  # type: ignore[dict-item]
    assert ticked(both).count("E1") == 1, "kept already"


def test_answers_of_an_earlier_page_keep_their_meaning() -> None:
    """There an unticked unit was sat again, whatever its mark; it is shown so and sent so."""
    earlier = with_acquis(
        {**OPENED, "meme_bts-note-E1": "12", "meme_bts-note-E5": "11", "meme_bts-garder-E5": "oui"}
    )
    for dossier in (earlier, sent(earlier)):
        assert (position(dossier, "E1"), position(dossier, "E5")) == ("Inscrit", "Bénéfice")
        assert "E1" not in ticked(dossier)
    diploma = with_acquis({**DIPLOMA, "diplome-economie_droit": "oui", "diplome-garder-E5": "oui"})
    assert ticked(sent(diploma)) == ["E5"]


def test_renouncing_never_asks_to_untick_what_nothing_has_ticked() -> None:
    renouncing = with_answers("candidature", renoncement="oui")
    nothing = "aucune épreuve n'est cochée"
    something = "décochez « à conserver »"
    for answers, words in (({}, nothing), ({"vae": "oui"}, nothing), (OPENED, something)):
        [notice] = registration_form.tab_view(with_acquis(answers, renouncing), ACQUIS).notices
        assert words in notice


def test_what_the_rule_never_dispenses_of_is_not_offered() -> None:
    declared = with_acquis(DIPLOMA)
    dispense = RuleUse("dispense", {"never": "culture_generale"})
    rules = tuple(dispense if use.name == "dispense" else use for use in declared.exam.rules)
    strict = replace(declared, exam=replace(declared.exam, rules=rules))
    offered = [{field.name for field in fields(dossier, ACQUIS)} for dossier in (declared, strict)]
    assert ["diplome-garder-E1" in names for names in offered] == [True, False]
