"""A candidate's pages (guide §2 to §10): the account, « S'inscrire » tab by tab, « Mes inscriptions
», documents and « Mes justificatifs » with every piece in each of its states."""

import re
from typing import Any

from services.contracts import page_labels
from services.contracts.piece_rules import MAX_FILE_BYTES
from tests.accounts.creation_form import PASSWORD
from tests.journeys.gestionnaire_tool import GestionnaireTool
from tests.pieces import sample_files
from tests.registrations.domain.example_dossier import ANSWERS
from tests.screens.story import (
    BESANCON,
    OF_THE_GUIDE,
    SECONDS,
    TABS,
    Answers,
    BrowserCandidate,
    StoryContext,
)
from tests.support.processes import wait_until

PAGES_WITHOUT_CANDIDATURE = {
    "inscriptions-aucune": "/inscriptions",
    "documents-aucun": "/documents",
    "formulaires-aucun": "/formulaires",
    "justificatifs-aucun": "/justificatifs",
    "compte-suppression": "/compte/suppression",
    "compte-effacement": "/compte/effacement",
}
PAGES_WITH_CANDIDATURE = {
    "accueil-candidature": "/",
    "inscriptions": "/inscriptions",
    "candidature": "/inscriptions/{}",
    "desinscription": "/inscriptions/{}/desinscription",
    "historique": "/inscriptions/{}/historique",
    "validation-sur-papier": "/inscriptions/{}/validation",
    "compte-candidature": "/compte",
    "formulaires": "/formulaires",
    "messages": "/messages",
    "compte-suppression-refusee": "/compte/suppression",
}
CHOICES = {
    "choix": "/inscription?",
    "choix-session": "/inscription?domaine=Examen&exam=BTS",
    "choix-academie": "/inscription?domaine=Examen&exam=BTS&session=2022",
    "choix-fait": f"/inscription?{BESANCON}",
}
ONLINE = "domaine=Examen&exam=DCG&session=2022&academie=03"
"""An opening whose registrations are validated online, and what its tabs are answered."""
OF_ONLINE: Answers = {
    "modalites": {"modalites_lues": "oui"},
    "previous": {},
    "identification": ANSWERS["identification"],
    "candidature": {
        **ANSWERS["candidature"],
        "categorie": "520",
        "situation": "premiere",
        "etablissement": "INDIVIDUELS 025",
    },
    "qualification": {"specialite": "DCG", "forme": "progressive"},
    "acquis": {},
    "supplement": {"emploi": "non"},
    "titre": {"titre_inscription": "baccalaureat"},
    "epreuves": (
        {"position-UE14": "non_inscrit"}
        | {f"position-UE{unit}": "inscrit" for unit in (1, 2, 5, 8, 9, 12)}
    ),
    "recap": {},
    "conditions": {"conditions_acceptees": "oui"},
}
TOO_LARGE_PDF = b"%PDF-1.7" + b"0" * MAX_FILE_BYTES
# By the order of the list: what the gestionnaire thinks of what was deposited.
CONTROLS: tuple[dict[str, Any], ...] = (
    {"status": "compliant"},
    {
        "status": "non_compliant",
        "comment": (
            "La photographie est illisible : numérisez la pièce de nouveau, à plat et en couleur."
        ),
        "resubmit_until": "2021-11-12",
    },
    {"status": "received", "received_on": "2021-10-04"},
)


def creation(context: StoryContext) -> None:
    """« Formulaire de création » to the activated account, and each state of its link."""
    recorder = context.recorder
    candidate = context.new_candidate()
    context.record(candidate, {"mails-debut": "/mails", "creation": "/compte/creation"})
    recorder.record(candidate.submit(), "creation-erreurs")
    candidate.creates_account()
    recorder.record(candidate.open("/compte/creation/confirmation"), "creation-confirmation")
    _refused_log_in(context, candidate, PASSWORD, "connexion-non-active")
    link = candidate.mailed_link()
    recorder.record(candidate.open("/mails"), "mails")
    with candidate.page.expect_navigation():
        candidate.page.get_by_role("link", name="[CYCLADES] Activer mon compte").first.click()
    recorder.record(candidate.page, "mail")
    recorder.record(candidate.open(link), "activation")
    recorder.record(candidate.press("Activer mon compte"), "activation-faite")
    context.record(
        candidate,
        {"activation-deja-faite": link, "activation-inconnue": "/compte/activation/inconnu"},
    )


def logging_in(context: StoryContext) -> None:
    """« Veuillez vous identifier », refusals, and the reset of a forgotten password."""
    recorder = context.recorder
    candidate = context.new_candidate()
    candidate.creates_account()
    candidate.post(candidate.mailed_link(), {})
    _refused_log_in(context, candidate, "pas le bon", "connexion-refusee")
    recorder.record(candidate.open("/compte/mot-de-passe-oublie"), "mot-de-passe-oublie")
    candidate.fill(email=candidate.email)
    recorder.record(candidate.submit(), "mot-de-passe-oublie-envoye")
    recorder.record(candidate.open(candidate.mailed_link("mot-de-passe")), "mot-de-passe")
    recorder.record(candidate.submit(), "mot-de-passe-erreurs")
    unknown = "/compte/mot-de-passe/inconnu"
    context.record(
        candidate, {"mot-de-passe-inconnu": unknown, "connexion-demandee": "/inscriptions"}
    )


def account(context: StoryContext) -> None:
    """Logged in, without any candidature: home, « Modifier mes informations », a new address, the
    deletion."""
    recorder = context.recorder
    candidate = context.new_candidate().creates_account_and_logs_in()
    context.record(
        candidate, {"accueil-connecte": "/", "mes-donnees": "/compte/donnees", "compte": "/compte"}
    )
    recorder.record(candidate.press("Enregistrer"), "compte-reponse")
    context.record(candidate, PAGES_WITHOUT_CANDIDATURE)
    candidate.open("/compte")
    new = f"nouvelle.{candidate.email}"
    asked = candidate.press(
        "Enregistrer", email=new, email_confirmation=new, current_password=PASSWORD
    )
    recorder.record(asked, "compte-adresse-demandee")
    owner = context.new_candidate()
    owner.email = candidate.email
    candidate.email = new
    link = owner.mailed_link("annulation")
    new_address = candidate.mailed_link("adresse")
    context.record(
        candidate, {"adresse": new_address, "adresse-inconnue": "/compte/adresse/inconnue"}
    )
    recorder.record(owner.open(link), "annulation")
    recorder.record(owner.press("Annuler le changement d'adresse"), "annulation-faite")
    recorder.record(owner.open(link), "annulation-deja-faite")


def _refused_log_in(
    context: StoryContext, candidate: BrowserCandidate, password: str, name: str
) -> None:
    candidate.open("/connexion")
    candidate.fill(identifiant=candidate.email, password=password)
    candidate.page.get_by_role("main").get_by_role(
        "button", name=page_labels.LOG_IN, exact=True
    ).click()
    candidate.page.get_by_role("main").get_by_role(
        "alert"
    ).wait_for()  # in the same page: its script has sent the form
    context.recorder.record(candidate.page, name)


def choosing(context: StoryContext) -> None:
    context.record(context.new_candidate().creates_account_and_logs_in(), CHOICES)


def tabs(context: StoryContext) -> None:
    """Each of the nine tabs: untouched, refused, filled in; then the number and what can be done
    with it."""
    recorder = context.recorder
    candidate = context.new_candidate().creates_account_and_logs_in()
    draft = candidate.opens_draft()
    for number, (tab, answers) in enumerate(OF_THE_GUIDE.items(), start=1):
        recorder.record(candidate.open(f"{draft}/{number}"), f"onglet-{tab}")
        candidate.press("Suivant")
        if candidate.page.url.endswith(f"/{number}"):
            recorder.record(candidate.page, f"onglet-{tab}-erreurs")
        candidate.writes_tab(draft, number, answers)
        if answers:
            recorder.record(candidate.open(f"{draft}/{number}"), f"onglet-{tab}-rempli")
    last = f"{draft}/{len(TABS) + 1}"
    abandoned = f"/inscriptions/brouillons/{draft.rpartition('/')[2]}/abandon"
    shown = {
        "onglet-numero": last,
        "inscriptions-brouillon": "/inscriptions",
        "brouillon-abandon": abandoned,
    }
    context.record(candidate, shown)
    candidate.open(last)
    recorder.record(candidate.press(page_labels.SAVE), "numero")


def specialites(context: StoryContext) -> None:
    """The list of spécialités, by domain and by name, and what is asked for one."""
    candidate = context.new_candidate().creates_account_and_logs_in()
    pages = f"{candidate.opens_draft()}/4/specialites"
    shown = {"liste": f"{pages}?vue=liste", "domaines": pages, "demande": f"{pages}/31310"}
    context.record(candidate, {f"specialites-{name}": path for name, path in shown.items()})


def two_windows(context: StoryContext) -> None:
    """The same tab written in two windows; a save of what is not complete."""
    recorder = context.recorder
    candidate = context.new_candidate().creates_account_and_logs_in()
    draft = candidate.opens_draft()
    candidate.open(f"{draft}/2")
    candidate.fill(adresse="2 rue du pont")
    candidate.writes_tab(draft, 2, ANSWERS["identification"], action="stay")
    candidate.fill(complement_1="Bâtiment B")
    candidate.page.locator(
        "#saisie [data-etat]", has_text="modifié dans une autre fenêtre"
    ).wait_for()
    recorder.record(candidate.page, "onglet-autre-fenetre")
    recorder.record(candidate.press("Suivant"), "conflit")
    candidate.open(f"{draft}/9")
    if candidate.page.get_by_role("button", name=page_labels.SAVE, exact=True).first.is_enabled():
        recorder.record(candidate.press(page_labels.SAVE), "enregistrement-refuse")


def registered(context: StoryContext) -> None:
    """With a candidature: home, « Mes inscriptions », the account that is frozen, documents, a
    modification."""
    recorder = context.recorder
    candidate = context.new_candidate().creates_account_and_logs_in()
    candidature = candidate.registers()

    def documents() -> list[str]:
        return re.findall(
            r'href="(/documents/page/[^"]+)"', candidate.reads(f"/documents/{candidature}")
        )

    context.record(
        candidate,
        {name: path.format(candidature) for name, path in PAGES_WITH_CANDIDATURE.items()},
    )
    wait_until(lambda: len(documents()) > 1, SECONDS, "both documents", pause=0.2)
    listed = f"/documents/{candidature}"
    context.record(
        candidate,
        {"documents": "/documents", "documents-candidature": listed, "document": documents()[0]},
    )
    candidate.open("/inscriptions")
    recorder.record(candidate.press("Modifier"), "modification-onglet")
    modified = f"{candidate.draft_path()}/9"
    context.record(
        candidate, {"modification-numero": modified, "inscriptions-modification": "/inscriptions"}
    )
    candidate.open(f"/inscriptions/{candidature}/desinscription")
    recorder.record(candidate.submit(), "inscriptions-desinscrit")


def validated_online(context: StoryContext) -> None:
    """Where nothing is signed on paper: what is left to do, what is certified, a wrong password,
    what follows."""
    recorder = context.recorder
    candidate = context.new_candidate().creates_account_and_logs_in()
    own = f"/inscriptions/{candidate.registers(ONLINE, OF_ONLINE)}"
    shown = {
        "numero-a-valider": f"{own}/numero",
        "accueil-a-valider": "/",
        "candidature-a-valider": own,
    }
    context.record(candidate, shown)
    validate = page_labels.VALIDATE_REGISTRATION
    recorder.record(candidate.press(validate), "validation")
    recorder.record(
        candidate.press(validate, current_password="pas celui-ci"), "validation-refusee"
    )
    recorder.record(candidate.press(validate, current_password=PASSWORD), "candidature-validee")


def deposits(context: StoryContext) -> None:
    """From nothing deposited to handed over and judged."""
    recorder = context.recorder
    candidate = context.new_candidate().creates_account_and_logs_in()
    listed = registers_and_is_asked_for_pieces(candidate)
    context.record(candidate, {"justificatifs-choix": "/justificatifs", "justificatifs": listed})
    _record_refusals(context, candidate)
    deposit_every_piece(candidate, listed)
    recorder.record(candidate.open(f"{listed}?fait=depose"), "justificatifs-deposes")
    recorder.record(candidate.follow("/suppression/"), "justificatifs-suppression")
    candidate.open(listed)
    recorder.record(candidate.follow("/validation/"), "justificatifs-validation")
    recorder.record(candidate.submit(), "justificatifs-fournis")
    tool = GestionnaireTool(context.portal)
    candidature = listed.rpartition("/")[2]
    for code, control in zip(tool.pieces(candidature), CONTROLS, strict=False):
        tool.controls(candidature, code, **control)
    recorder.record(candidate.open(listed), "justificatifs-statuts")


def registers_and_is_asked_for_pieces(candidate: BrowserCandidate) -> str:
    """The path of the candidature's « Mes justificatifs », once pieces are asked for there."""
    listed = f"/justificatifs/{candidate.registers()}"
    wait_until(lambda: "/depot/" in candidate.reads(listed), SECONDS, "the pieces asked for")
    return listed


def _record_refusals(context: StoryContext, candidate: BrowserCandidate) -> None:
    """Of the first piece of the list that is shown."""
    recorder = context.recorder
    page = candidate.follow("/depot/")
    recorder.record(page, "depot")
    _choose_files(candidate, ("note.pdf", b"ceci n'est pas un PDF"))
    page.get_by_role("button", name="Envoyer", exact=True).click()
    page.locator(".fr-message--error").wait_for()
    recorder.record(page, "depot-refuse")
    _choose_files(candidate, ("scan.pdf", TOO_LARGE_PDF))
    recorder.record(page, "depot-trop-gros")
    _choose_files(candidate)
    _choose_files(candidate, ("photo.jpg", sample_files.flat("JPEG", (640, 400))))
    page.get_by_role("button", name="Envoyer", exact=True).click()
    page.get_by_role("heading", level=1, name=page_labels.LEGIBILITY).wait_for()
    recorder.record(page, "lisible-a-verifier")
    page.go_back()
    page.goto(f"{page.url}?fait=session")
    recorder.record(page, "depot-session-terminee")


def _choose_files(candidate: BrowserCandidate, *files: tuple[str, bytes]) -> None:
    sent = [{"name": name, "mimeType": "x/x", "buffer": content} for name, content in files]
    candidate.page.locator("[name=fichier]").set_input_files(sent)  # type: ignore[arg-type]


def deposit_every_piece(
    candidate: BrowserCandidate, listed: str, content: bytes | None = None
) -> None:
    """`content`: the PDF to deposit, by default a blank one."""
    candidate.open(listed)
    links = candidate.page.locator("a[href*='/depot/']").evaluate_all(
        "links => links.map(link => link.pathname)"
    )
    for number, path in enumerate(links, start=1):
        candidate.open(path)
        _choose_files(candidate, (f"pièce numérisée {number}.pdf", content or sample_files.pdf()))
        candidate.press("Envoyer")
        candidate.page.get_by_role("heading", level=1, name=page_labels.LEGIBILITY).wait_for()
