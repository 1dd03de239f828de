"""Who gets in: passwords of both profiles, slowed tries, states of mailed links, what staff may
do."""

from datetime import UTC, datetime, timedelta

import pytest

from services.accounts.domain import throttling
from services.accounts.domain.mail_link_rules import state_of
from services.accounts.domain.passwords import GUIDE, RECOMMENDED, Profile, mistakes, normalised
from services.accounts.domain.staff import Role, scopes_of, session_scopes
from services.accounts.domain.throttling import (
    ALL_SOURCES,
    PER_SOURCE,
    RESENDS,
    Failures,
    seconds_to_wait,
)
from services.chassis.quotas import count_in_window
from services.contracts.account_rules import CATALOGUE_SCOPE, State

SENTENCE = "le cheval mange du foin " * 99
LENGTHS = f"{GUIDE.shortest} à {GUIDE.longest}"


def test_the_guides_profile_accepts_or_refuses_and_says_why() -> None:
    for password in ("Merisier1!", "Bouleau/2021", "Éé!", "aB !", "a.".rjust(GUIDE.longest, "A")):
        assert mistakes(password.ljust(GUIDE.shortest, "a"), GUIDE) == [], password
    for password, reason in (
        ("Aa!".ljust(GUIDE.shortest - 1, "4"), LENGTHS),
        ("a.".rjust(GUIDE.longest + 1, "A"), LENGTHS),
        ("azerty1!", "majuscule"),
        ("AZERTY1!", "minuscule"),
        ("Azerty12", "spécial"),
        ("Azerty 12", "spécial"),
        ("Azerty1!\ud800", "n'existe pas"),
    ):
        assert reason in " ".join(mistakes(password, GUIDE)), password
    assert len(mistakes("abc", GUIDE)) == 3, "every broken rule is told"


@pytest.mark.parametrize("profile", [GUIDE, RECOMMENDED])
def test_a_common_word_is_refused_whatever_digits_and_signs_surround_it(profile: Profile) -> None:
    words = (
        "Password1!",
        "P@ssw0rd!",
        "!Marseille13!",
        "1Azerty*",
        "Doudou!Doudou!",
        "Iloveyou<3",
        "Mot-de-passe1",
    )
    for word in words:
        [*_, said] = mistakes(word.ljust(profile.shortest, "!"), profile)
        assert said.startswith("Ce mot de passe est trop courant"), word


def test_the_guides_profile_refuses_what_others_know_of_a_person() -> None:
    known = ("Dubois", "Eloise Li", "2002")
    for password in (
        "Dubois2022!",
        "duBOIS/xyz",
        "Épervier!Éloïse",
        "Li/azerot",
        "Aulne!2002",
        "Mon/Examen9",
    ):
        [*_, said] = mistakes(password, GUIDE, known)
        assert said.startswith("Il ne doit contenir ni vos noms et prénoms"), password
    assert mistakes("Lierre/2021", GUIDE, known) == [], "« Li » is in many words"


def test_the_recommended_profile_takes_length_alone_and_refuses_common_ones() -> None:
    for password in (
        SENTENCE[: RECOMMENDED.longest],
        "x" * 60 + "abcdefg",
        "9382 4471 0029",
        "wxyzk",
    ):
        assert mistakes(password.ljust(RECOMMENDED.shortest, "k"), RECOMMENDED) == [], password
    too_short = "9382 4471 0029 5561"[: RECOMMENDED.shortest - 1]
    too_long = SENTENCE[: RECOMMENDED.longest + 1]
    for password in (
        "court",
        too_short,
        too_long,
        "123456789012",
        "azertyuiopqsdf",
        "Motdepasse123",
        "bonjourbonjour",
        "aaaaaaaaaaaa",
        "wxyzwxzyxwzy",
    ):
        assert mistakes(password, RECOMMENDED), password


def test_an_accent_typed_on_another_keyboard_is_the_same_password() -> None:
    assert normalised("e\u0301te\u0301") == normalised("\u00e9t\u00e9")


NOW = datetime(2021, 10, 4, 12, tzinfo=UTC)


def failed(times: int) -> Failures:
    failures = Failures()
    for _ in range(times):
        failures = failures.one_more(NOW)
    return failures


def test_each_further_failure_doubles_the_wait_up_to_the_longest() -> None:
    first, *more = (
        seconds_to_wait(failed(PER_SOURCE.undelayed + count), PER_SOURCE, NOW)
        for count in range(12)
    )
    longest = PER_SOURCE.longest_delay.total_seconds()
    assert seconds_to_wait(failed(PER_SOURCE.undelayed - 1), PER_SOURCE, NOW) == 0
    assert first == PER_SOURCE.first_delay.total_seconds()
    assert more == [min(2 * earlier, longest) for earlier in (first, *more[:-1])]
    assert more[-1] == longest


def test_the_wait_ends_and_a_time_without_failure_forgets_them() -> None:
    failures = failed(PER_SOURCE.undelayed)
    assert (
        seconds_to_wait(failures, PER_SOURCE, NOW + PER_SOURCE.first_delay - timedelta(seconds=0.5))
        == 1
    )
    assert seconds_to_wait(failures, PER_SOURCE, NOW + PER_SOURCE.first_delay) == 0
    later = NOW + throttling.FAILURES_LIFETIME
    assert seconds_to_wait(failed(ALL_SOURCES.undelayed), PER_SOURCE, later) == 0
    assert failed(ALL_SOURCES.undelayed).one_more(later).count == 1


def test_many_sources_together_have_more_tries_than_one() -> None:
    assert seconds_to_wait(failed(PER_SOURCE.undelayed), ALL_SOURCES, NOW) == 0
    assert (
        seconds_to_wait(failed(ALL_SOURCES.undelayed), ALL_SOURCES, NOW)
        == ALL_SOURCES.first_delay.total_seconds()
    )


def test_mails_asked_for_are_counted_within_a_window() -> None:
    count = 0
    since = None
    for _ in range(RESENDS.max_count):
        count, since, wait = count_in_window(count, since, RESENDS, NOW)
        assert wait == 0
    assert (
        count_in_window(count, since, RESENDS, NOW + RESENDS.window - timedelta(seconds=60))[2]
        == 60
    )
    assert count_in_window(count, since, RESENDS, NOW + RESENDS.window) == (
        1,
        NOW + RESENDS.window,
        0,
    )


END = datetime(2021, 10, 6, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("used", "end", "now", "state"),
    [
        (False, None, END - SECOND, State.USABLE),
        (False, None, END, State.EXPIRED),
        (True, State.REPLACED, END + SECOND, State.USED),
        (False, State.REPLACED, END - SECOND, State.REPLACED),
        (False, State.ENDED, END - SECOND, State.ENDED),
        (False, State.ENDED, END, State.EXPIRED),
    ],
)
def test_a_link_says_whether_it_can_be_used(
    used: bool, end: State | None, now: datetime, state: State
) -> None:
    assert state_of(END, now, used=used, end=end) is state


def test_an_unknown_role_may_do_nothing_and_an_administrateur_more_than_others() -> None:
    assert scopes_of("directeur") == frozenset()
    assert "candidates:correct" in scopes_of(Role.ADMINISTRATEUR)
    assert CATALOGUE_SCOPE in session_scopes("administrateur")
    assert not {CATALOGUE_SCOPE, "staff:manage", "candidates:correct"} & session_scopes(
        "gestionnaire"
    )
