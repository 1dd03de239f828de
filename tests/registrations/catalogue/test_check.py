import textwrap
from pathlib import Path

import pytest

from services.registrations.catalogue import yaml_nodes
from services.registrations.catalogue.contents import check
from tests.registrations.catalogue.exam_mistakes import MISTAKES, MISTAKES_OF_A_WHOLE_SECTION
from tests.registrations.catalogue.small_exam import NOW, SMALL, load_exams, mistakes, with_change, written


@pytest.mark.parametrize("mistake", [*MISTAKES, *MISTAKES_OF_A_WHOLE_SECTION], ids=lambda mistake: mistake[2])
def test_each_mistake_is_told_with_its_line_and_how_to_mend_it(tmp_path: Path, mistake: tuple[str, str, str]) -> None:
    old, new, expected = mistake
    text, line = with_change(old, new)
    messages = [message for message in mistakes(written(tmp_path, text)) if expected in message]
    where = "cfg/exam.yaml:" if mistake in MISTAKES_OF_A_WHOLE_SECTION else f"cfg/exam.yaml:{line}: "
    assert [message[: len(where)] for message in messages[:1]] == [where]


ANOTHER = """\
- code: {code}
  label: "{label}"
  acronym: SIO
  first_session: 2021
  versions: [{{from: 2021, epreuves: [{{code: E1, label: "Oral", kind: obligatoire, modes: ponctuel}}]}}]
"""


def _with_acronyms(*labels: str) -> str:
    specialites = (ANOTHER.format(code=f"A{n}", label=label) for n, label in enumerate(labels))
    return SMALL.replace("specialites:\n", "specialites:\n" + textwrap.indent("".join(specialites), "  "), 1)


def test_one_acronym_is_refused_for_two_specialites_of_a_session_unless_they_are_options_of_one(tmp_path: Path) -> None:
    messages = mistakes(written(tmp_path, _with_acronyms("Services informatiques", "Soins infirmiers")))
    assert [message.partition(": ")[2] for message in messages] == [
        "sigle « SIO » déjà pris par « Services informatiques » (A0) : le changer ou le retirer"
    ]
    text = _with_acronyms("Services informatiques option A : réseaux", "Services informatiques - option B : logiciels")
    assert load_exams(written(tmp_path, text), NOW)


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("kind: epreuves", "kind: epreuve").replace("form: F1", "form: F2")
    written(tmp_path, text, langues2="- {key: a}")
    (tmp_path / "vide").mkdir()
    (tmp_path / "vide" / "sessions.yaml").write_text("- x", encoding="utf-8")
    files = [mistake.split(":")[0] for mistake in mistakes(tmp_path)]
    assert files == ["cfg/exam.yaml", "cfg/exam.yaml", "cfg/langues2.yaml", "vide/exam.yaml"]


@pytest.mark.parametrize(
    ("of_session", "own", "read"),
    [
        ("", "", ("papier", None, None)),
        ("", "mail_non_conforme: true", ("papier", None, True)),
        ("", "mail_non_conforme: false", ("papier", None, False)),
        ("validation: en_ligne", "validation: papier", ("en_ligne", "papier", None)),
    ],
)
def test_a_session_and_its_openings_say_how_registrations_are_validated_and_whether_refusals_are_mailed(
    tmp_path: Path, of_session: str, own: str, read: tuple[str, str | None, bool | None]
) -> None:
    text = SMALL.replace("specialites: all", f"specialites: all\n    {of_session}")
    text = text.replace('code_choice: "2026-06"', f'code_choice: "2026-06"\n        {own}')
    (exam,) = load_exams(written(tmp_path, text), NOW)
    opening = exam.sessions[0].openings[0]
    assert (exam.sessions[0].validation, opening.validation, opening.refusal_mails) == read


def test_aliases_that_contain_themselves_or_grow_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_nodes, "MAX_NODES", 2000)
    levels = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]\n" for n in range(1, 12))
    messages = mistakes(written(tmp_path, SMALL, circular="&a\n- *a\n", bomb=f"x0: &x0 a\n{levels}"))
    for start in ("cfg/bomb.yaml:1: YAML illisible", "cfg/circular.yaml:1: YAML illisible (RecursionError)"):
        assert any(message.startswith(start) for message in messages), start


def test_two_sessions_of_one_label_are_refused_since_staff_could_not_tell_them_apart(tmp_path: Path) -> None:
    session = textwrap.dedent(SMALL.split("sessions:\n")[1])
    again = session.replace('- name: "2026"', '  name: "2026-2"')
    (mistake,) = mistakes(written(tmp_path, SMALL, sessions__second=again))
    assert mistake.startswith("cfg/sessions/second.yaml:3: doublon de l'intitulé de session « CFG 2026 »")


def test_a_section_may_be_a_sibling_file_but_nothing_is_written_twice_or_misspelt(tmp_path: Path) -> None:
    forms = '- {code: F1, title: "Formulaire", paragraphs: ["Je demande…"]}\n'
    alone = SMALL.replace("forms:\n  " + forms, "")
    assert load_exams(written(tmp_path / "a", alone, forms=forms), NOW)
    assert "doublon de « forms »" in mistakes(written(tmp_path / "b", SMALL, forms=forms))[0]
    misspelt = mistakes(written(tmp_path / "c", SMALL, peices="- {code: X}"))
    assert misspelt == ["cfg/peices.yaml:1: section inconnue « peices » : écrire « pieces »"]
    twice = mistakes(written(tmp_path / "d", SMALL + SMALL[SMALL.index('      - academie: "03"') :]))
    assert "fenêtres qui se chevauchent pour ACADÉMIE DE BESANCON" in twice[0]


def test_a_latin_1_file_is_refused_rather_than_garbled(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "cfg" / "texts.yaml").write_bytes("demande: été".encode("latin-1"))
    assert "cfg/texts.yaml:1: le fichier n'est pas en UTF-8 : l'enregistrer en UTF-8" in mistakes(tmp_path)


def test_the_command_prints_a_line_a_mistake_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, line = with_change("form: F1", "form: F2")
    assert check(written(tmp_path, text)) == 1
    message = f"{tmp_path}/cfg/exam.yaml:{line}: formulaire que personne ne définit « F2 » : écrire « F1 »\n"
    assert capsys.readouterr().out == message
    written(tmp_path)
    for checked in (tmp_path, tmp_path / "cfg"):  # a catalogue, or the folder of one exam alone
        assert check(checked) == 0
    assert capsys.readouterr().out == ""


def test_whatever_line_is_missing_the_file_is_read_or_refused_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = SMALL.splitlines(keepends=True)
    for removed in range(len(lines)):
        text = "".join(lines[:removed] + lines[removed + 1 :])
        check(written(tmp_path, text))
        messages = capsys.readouterr().out.splitlines()
        assert all(text.startswith(f"{tmp_path}/cfg/exam.yaml:") for text in messages), removed
