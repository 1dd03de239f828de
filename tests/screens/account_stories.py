"""Before an account and around it: what anybody sees, and the pages of the account itself (guide §2 to §4)."""

from services.contracts import page_labels
from tests.accounts.creation_form import PASSWORD
from tests.screens.browser_candidate import BESANCON, BrowserCandidate
from tests.screens.picture_recorder import PictureRecorder
from tests.screens.story_context import StoryContext

OPENINGS = "/ouverture-des-services?"
PUBLIC_PAGES = {
    "accueil": "/",
    "plan-du-site": "/plan-du-site",
    "mentions-legales": "/mentions-legales",
    "registre": "/registre-des-traitements",
    "un-probleme": "/un-probleme",
    "accessibilite": "/accessibilite",
    "verifier": "/verifier",
    "verifier-inconnu": "/verifier/ABCD-EFGH-JKLM",
    "connexion": "/connexion",
    "api": "/api/docs",
    "api-pieces": "/api/docs/pieces",
    "ouvertures": OPENINGS,
    "ouvertures-domaine": f"{OPENINGS}domaine=Examen",
    "ouvertures-session": f"{OPENINGS}domaine=Examen&exam=BTS",
    "ouvertures-academie": f"{OPENINGS}domaine=Examen&exam=BTS&session=2022",
    "ouvertures-ouvert": f"{OPENINGS}{BESANCON}",
    "ouvertures-rien": f"{OPENINGS}domaine=Concours&exam=INCONNU",
}


def public_pages(context: StoryContext) -> None:
    context.record(context.new_candidate(), PUBLIC_PAGES)


def creation(context: StoryContext) -> None:
    """« Formulaire de création » to the activated account, and each state of its link."""
    recorder, candidate = context.recorder, context.new_candidate()
    recorder.record(candidate.open("/mails"), "mails-debut")
    recorder.record(candidate.open("/compte/creation"), "creation")
    recorder.record(candidate.submit(), "creation-erreurs")
    candidate.creates_account()
    recorder.record(candidate.open("/compte/creation/confirmation"), "creation-confirmation")
    _refused_log_in(recorder, candidate, PASSWORD, "connexion-non-active")
    link = candidate.mailed_link()
    recorder.record(candidate.open("/mails"), "mails")
    with candidate.page.expect_navigation():
        candidate.page.get_by_role("link", name="[CYCLADES] Activer mon compte").first.click()
    recorder.record(candidate.page, "mail")
    recorder.record(candidate.open(link), "activation")
    recorder.record(candidate.press("Activer mon compte"), "activation-faite")
    recorder.record(candidate.open(link), "activation-deja-faite")
    recorder.record(candidate.open("/compte/activation/inconnu"), "activation-inconnue")


def logging_in(context: StoryContext) -> None:
    """« Veuillez vous identifier », refusals, and the reset of a forgotten password."""
    recorder, candidate = context.recorder, context.new_candidate()
    candidate.creates_account()
    candidate.activates_account()
    _refused_log_in(recorder, candidate, "pas le bon", "connexion-refusee")
    recorder.record(candidate.open("/compte/mot-de-passe-oublie"), "mot-de-passe-oublie")
    candidate.fill(email=candidate.email)
    recorder.record(candidate.submit(), "mot-de-passe-oublie-envoye", "/compte/mot-de-passe-oublie")
    link = candidate.mailed_link("mot-de-passe")
    recorder.record(candidate.open(link), "mot-de-passe")
    recorder.record(candidate.submit(), "mot-de-passe-erreurs")
    recorder.record(candidate.open("/compte/mot-de-passe/inconnu"), "mot-de-passe-inconnu")
    recorder.record(candidate.open("/inscriptions"), "connexion-demandee")


def account(context: StoryContext) -> None:
    """Logged in, without any candidature: home, « Modifier mes informations », a new address, the deletion."""
    recorder, candidate = context.recorder, context.new_candidate().creates_account_and_logs_in()
    recorder.record(candidate.open("/"), "accueil-connecte")
    recorder.record(candidate.open("/compte/donnees"), "mes-donnees")
    recorder.record(candidate.open("/compte"), "compte")
    recorder.record(candidate.press("Enregistrer"), "compte-reponse")
    context.record(candidate, _PAGES_WITHOUT_CANDIDATURE)
    _new_address(context, candidate)


_PAGES_WITHOUT_CANDIDATURE = {
    "inscriptions-aucune": "/inscriptions",
    "documents-aucun": "/documents",
    "formulaires-aucun": "/formulaires",
    "justificatifs-aucun": "/justificatifs",
    "compte-suppression": "/compte/suppression",
    "compte-effacement": "/compte/effacement",
}


def _new_address(context: StoryContext, candidate: BrowserCandidate) -> None:
    candidate.open("/compte")
    new = f"nouvelle.{candidate.email}"
    candidate.fill(email=new, email_confirmation=new, current_password=PASSWORD)
    context.recorder.record(candidate.press("Enregistrer"), "compte-adresse-demandee")
    owner = context.new_candidate()
    owner.email = candidate.email
    link = owner.mailed_link("annulation")
    candidate.email = new
    context.recorder.record(candidate.open(candidate.mailed_link("adresse")), "adresse")
    context.recorder.record(candidate.open("/compte/adresse/inconnue"), "adresse-inconnue")
    context.recorder.record(owner.open(link), "annulation")
    context.recorder.record(owner.press("Annuler le changement d'adresse"), "annulation-faite")
    context.recorder.record(owner.open(link), "annulation-deja-faite")


def _refused_log_in(recorder: PictureRecorder, candidate: BrowserCandidate, password: str, name: str) -> None:
    candidate.open("/connexion")
    candidate.fill(identifiant=candidate.email, password=password)
    candidate.page.get_by_role("main").get_by_role("button", name=page_labels.LOG_IN, exact=True).click()
    candidate.page.get_by_role("main").get_by_role("alert").wait_for()  # in the same page: its script has sent the form
    recorder.record(candidate.page, name)
