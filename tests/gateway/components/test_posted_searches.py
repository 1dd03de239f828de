from gateway.components.posted_searches import without_outdated_choices


def test_a_value_goes_when_its_words_were_changed() -> None:
    posted = {"commune": ["14118"], "commune-affiche": ["CAEN"], "commune-texte": ["REIMS"]}
    assert without_outdated_choices(posted) == {"commune": [""], "commune-texte": ["REIMS"]}


def test_a_value_stays_when_its_words_did() -> None:
    posted = {"commune": ["14118"], "commune-affiche": ["CAEN"], "commune-texte": ["CAEN "]}
    assert without_outdated_choices(posted) == {"commune": ["14118"], "commune-texte": ["CAEN "]}


def test_a_choice_among_results_needs_no_words_of_its_own() -> None:
    posted = {"commune": ["51454"], "commune-texte": ["rei"], "acquis": ["a", "b"]}
    assert without_outdated_choices(posted) == posted
