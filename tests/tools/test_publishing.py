"""`portail documents`: a CSV is checked, published for many, and taken up where it broke; each
document once."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.documents.models import Document, Import, db
from tests.documents.imports.exam_office import csv_of, pdf_of, zip_of
from tests.gateway.gestion.people import StaffFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.tools.tool import LOST, Tool, UnreliablePortal, tool_token

pytestmark = pytest.mark.usefixtures("deposited")

CELLS = "E1 - Culture générale;12/05/2022;14:00;4 h;Lycée Pergaud, BESANCON;B 204"
WRONG = f"00000000000;{CELLS}"
PUBLISH = ("documents", "publish", "convocations.csv", "--type", "convocation")


@pytest.fixture
def numero(tool: Tool) -> str:
    return str(
        tool.json("candidatures", "list", "--etat", "active", "--limite", "1")[0]["numero_candidat"]
    )


def write(tool: Tool, *lines: str) -> Path:
    file = tool.folder / "convocations.csv"
    file.write_bytes(csv_of(lines))
    return file


def published(running: InProcessFourServices) -> int:
    with running.documents.app.app_context(), db.reading() as transaction:
        return transaction.scalar(select(func.count()).where(Document.type == "convocation")) or 0


def states(running: InProcessFourServices) -> list[str]:
    """Of the imports, the newest first."""
    with running.documents.app.app_context(), db.reading() as transaction:
        return list(
            transaction.scalars(select(Import.state).order_by(Import.created_at.desc(), Import.id))
        )


def test_mistakes_are_shown_a_dry_run_leaves_nothing(
    tool: Tool, running: InProcessFourServices, numero: str
) -> None:
    before = published(running)
    write(tool, f"{numero};{CELLS}", WRONG)
    tried = tool.run(*PUBLISH, "--dry-run", "--csv")
    assert tried.returncode == 7, tried.stderr
    assert "3;00000000000;N° candidat inconnu dans vos académies" in tried.stdout
    assert "Documents qui seraient publiés : 1. Rien ne l'est." in tried.stderr
    assert states(running)[0] == "abandoned"
    assert published(running) == before
    write(tool, f"{numero};{CELLS}")
    assert tool.run(*PUBLISH, "--dry-run").returncode == 0


@pytest.mark.usefixtures("workers")
def test_what_is_right_is_published_once(
    tool: Tool, running: InProcessFourServices, numero: str
) -> None:
    before = published(running)
    write(tool, f"{numero};{CELLS}")
    publish = (*PUBLISH, "--yes", "--texte", "Soyez à l'heure.")
    refused = tool.run(*publish)
    assert (
        refused.returncode,
        "Pour les publier ainsi : --avec-incomplets." in refused.stderr,
    ) == (5, True)
    for words in (("--avec-incomplets",), ()):  # given again, it publishes nothing anew
        done = tool.run(*publish, *words)
        assert (done.returncode, done.stderr.strip()) == (0, "Documents publiés : 1 sur 1.")
    assert published(running) == before + 1
    [newest, *_] = tool.json("documents", "list")
    assert (newest["state"], newest["published"], newest["paragraphs"]) == (
        "published",
        1,
        ["Soyez à l'heure."],
    )


@pytest.mark.usefixtures("workers")
def test_a_broken_publication_is_taken_up(
    tool: Tool, running: InProcessFourServices, network: UnreliablePortal, numero: str
) -> None:
    """The portal began to publish, the tool died before it heard so."""
    before = published(running)
    imports = len(states(running))
    write(tool, f"{numero};{CELLS}", WRONG)
    remote = replace(tool, url=network.url, environment={"PORTAIL_PATIENCE": "0"})
    # Its file is sent and checked; the import is created; the answer to its publication is lost.
    network.fail("POST", "", "", "", LOST)
    broken = remote.run(*PUBLISH, "--yes", "--avec-incomplets", "--titre", "Reprise")
    assert (broken.returncode, network.calls["POST"]) == (6, 4), broken.stderr
    again = tool.run(*PUBLISH, "--yes", "--avec-incomplets", "--titre", "Reprise")
    assert again.returncode == 7, again.stderr
    assert "Documents publiés : 1 sur 1." in again.stderr
    assert (published(running), len(states(running))) == (before + 1, imports + 1)


@pytest.mark.usefixtures("workers")
def test_an_archive_of_pdfs_is_published_once_too(
    tool: Tool, running: InProcessFourServices, numero: str
) -> None:
    before = published(running)
    archive = zip_of({f"lot/convocation-{numero}.pdf": pdf_of(), "notice.pdf": pdf_of()})
    (tool.folder / "lot.zip").write_bytes(archive)
    command = (
        "documents",
        "publish",
        "lot.zip",
        "--type",
        "convocation",
        "--texte",
        "Soyez à l'heure.",
        "--yes",
    )
    for _ in range(2):
        done = tool.run(*command, "--csv")
        assert done.returncode == 7, done.stderr
        assert "Documents publiés : 1 sur 1." in done.stderr
    assert published(running) == before + 1


def test_nothing_is_published_without_a_yes_or_a_line(
    tool: Tool, running: InProcessFourServices, numero: str
) -> None:
    write(tool, f"{numero};{CELLS}")
    asked = tool.run(*PUBLISH)
    assert asked.returncode == 2
    assert "Documents à publier : 1. Publier ? Sans terminal, confirmez avec --yes." in asked.stderr
    assert states(running)[0] == "checked", "the same command goes on with it"
    write(tool, WRONG)
    wrong = {(): 5, ("--session", "1999"): 2, ("--academie", "06"): 2, ("--type", "inconnu"): 5}
    for words, code in wrong.items():
        assert tool.run(*PUBLISH, "--yes", *words).returncode == code, words


def test_a_model_is_saved_and_can_be_checked(tool: Tool) -> None:
    assert tool.done("documents", "model", "convocation", "modele.csv").strip() == "modele.csv"
    assert "N° candidat" in (tool.folder / "modele.csv").read_text(encoding="utf-8-sig")
    assert tool.run("documents", "model", "relance_pieces", "relance.csv").returncode == 2
    tool.done("documents", "model", "convocation", "rempli.csv", "--session", "2022")
    assert "Date de naissance" in (tool.folder / "rempli.csv").read_text(encoding="utf-8-sig")


def test_who_may_not_publish_is_refused(
    tool: Tool, running: InProcessFourServices, numero: str
) -> None:
    write(tool, f"{numero};{CELLS}")
    reader = replace(
        tool, token=tool_token(running, StaffFactory(running).account("03"), "pieces:read")
    )
    assert reader.run(*PUBLISH, "--yes").returncode == 3
    elsewhere = replace(tool, token=tool_token(running, StaffFactory(running).account("06")))
    refused = elsewhere.run(*PUBLISH, "--yes", "--json")
    assert refused.returncode in (2, 5), "no session there, or an unknown N° candidat"
