from services.reference.lists import nationalites, nationality_label, pays
from services.reference.text import folded


def test_france_has_the_label_of_the_guide_and_comes_first() -> None:
    france = pays.by_code("100")
    assert france is not None
    assert france.label == "FRANCE (DONT OUTRE-MER)"
    assert france.is_france
    assert pays.proposed()[0] is france


def test_former_countries_are_known_but_not_proposed() -> None:
    former = pays.by_code("141")
    assert former is not None
    assert former.label == "REPUBLIQUE DEMOCRATIQUE ALLEMANDE"
    assert former not in pays.proposed()
    assert {"ALLEMAGNE", "ROYAUME-UNI", "KOSOVO", "SOUDAN DU SUD"} <= {country.label for country in pays.proposed()}


def test_the_nationality_follows_the_civilite() -> None:
    assert nationality_label("100", "MONSIEUR") == "Français"
    assert nationality_label("100", "MADAME") == "Française"
    assert nationality_label("126", "MADAME") == "Grecque"


def test_nationalities_are_listed_by_label_with_french_first_and_special_ones_last() -> None:
    listed = [nationalite.masculine for nationalite in nationalites.all()]
    assert listed[0] == "Français"
    assert listed[-2:] == ["Apatride", "Autre nationalité"]
    assert [folded(label) for label in listed[1:-2]] == sorted(folded(label) for label in listed[1:-2])
