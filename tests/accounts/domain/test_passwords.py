"""Both profiles of passwords."""

from __future__ import annotations

import pytest

from services.accounts.domain.passwords import GUIDE, RECOMMENDED, Profile, mistakes, normalised

SENTENCE = "le cheval mange du foin " * 99
LENGTHS = f"{GUIDE.shortest} à {GUIDE.longest}"


@pytest.mark.parametrize("password", ["Merisier1!", "Bouleau/2021", "Éé!", "aB !", "a.".rjust(GUIDE.longest, "A")])
def test_the_guides_profile_accepts(password: str) -> None:
    assert mistakes(password.ljust(GUIDE.shortest, "a"), GUIDE) == []


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Aa!".ljust(GUIDE.shortest - 1, "4"), LENGTHS),
        ("a.".rjust(GUIDE.longest + 1, "A"), LENGTHS),
        ("azerty1!", "majuscule"),
        ("AZERTY1!", "minuscule"),
        ("Azerty12", "spécial"),
        ("Azerty 12", "spécial"),
        ("Azerty1!\ud800", "n'existe pas"),
    ],
)
def test_the_guides_profile_refuses_and_says_why(password: str, reason: str) -> None:
    assert reason in " ".join(mistakes(password, GUIDE))


@pytest.mark.parametrize(
    "password",
    ["Password1!", "P@ssw0rd!", "!Marseille13!", "1Azerty*", "Doudou!Doudou!", "Iloveyou<3", "Mot-de-passe1"],
)
@pytest.mark.parametrize("profile", [GUIDE, RECOMMENDED])
def test_a_common_word_is_refused_by_both_profiles_whatever_digits_and_signs_surround_it(
    password: str, profile: Profile
) -> None:
    assert mistakes(password.ljust(profile.shortest, "!"), profile)[-1].startswith("Ce mot de passe est trop courant")


def test_every_broken_rule_is_told() -> None:
    assert len(mistakes("abc", GUIDE)) == 3


@pytest.mark.parametrize("password", [SENTENCE[: RECOMMENDED.longest], "x" * 60 + "abcdefg", "9382 4471 0029", "wxyzk"])
def test_the_recommended_profile_takes_length_alone(password: str) -> None:
    assert mistakes(password.ljust(RECOMMENDED.shortest, "k"), RECOMMENDED) == []


@pytest.mark.parametrize(
    "password",
    ["court", SENTENCE[: RECOMMENDED.longest + 1], "9382 4471 0029 5561"[: RECOMMENDED.shortest - 1], "123456789012",
     "azertyuiopqsdf", "Motdepasse123", "bonjourbonjour", "aaaaaaaaaaaa", "wxyzwxzyxwzy"],
)  # fmt: skip
def test_the_recommended_profile_refuses_short_long_and_common_ones(password: str) -> None:
    assert mistakes(password, RECOMMENDED)


def test_an_accent_typed_on_another_keyboard_is_the_same_password() -> None:
    assert normalised("e\u0301te\u0301") == normalised("\u00e9t\u00e9")
