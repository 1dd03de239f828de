"""Before an account and around it: what anybody sees, and the pages of the account itself (guide §2 to §4)."""

from __future__ import annotations

from tests.accounts.creation_form import PASSWORD
from tests.screens.album import Album
from tests.screens.people import BESANCON, Person
from tests.screens.walk import Walk

STEPS = {
    "ouvertures": "",
    "ouvertures-domaine": "domaine=Examen",
    "ouvertures-session": "domaine=Examen&exam=BTS",
    "ouvertures-academie": "domaine=Examen&exam=BTS&session=2022",
    "ouvertures-ouvert": BESANCON,
    "ouvertures-rien": "domaine=Concours&exam=INCONNU",
}
PLAIN = {
    "accueil": "/",
    "plan-du-site": "/plan-du-site",
    "mentions-legales": "/mentions-legales",
    "un-probleme": "/un-probleme",
    "accessibilite": "/accessibilite",
    "connexion": "/connexion",
    "api": "/api/docs",
    "composants": "/composants",
    "composants-connexion": "/composants/connexion",
    "composants-introuvable": "/composants/introuvable",
    "composants-onglets": "/composants/onglets?erreurs=1",
    "composants-douze-onglets": "/composants/onglets?douze=1",
}


def anybody(walk: Walk) -> None:
    """Pages that nobody has to log in for."""
    person = walk.person()
    for name, path in PLAIN.items():
        walk.album.take(person.open(path), name)
    for name, chosen in STEPS.items():
        walk.album.take(person.open(f"/ouverture-des-services?{chosen}"), name)


def creation(walk: Walk) -> None:
    """« Formulaire de création » to the activated account, and each state of its link."""
    album, person = walk.album, walk.person()
    album.take(person.open("/mails"), "mails-debut")
    album.take(person.open("/compte/creation"), "creation")
    album.take(person.submit(), "creation-erreurs")
    person.creates()
    album.take(person.open("/compte/creation/confirmation"), "creation-confirmation")
    _refused_log_in(album, person, PASSWORD, "connexion-non-active")
    link = person.link()
    album.take(person.open("/mails"), "mails")
    with person.page.expect_navigation():
        person.page.get_by_role("link", name="[CYCLADES] Activer mon compte").first.click()
    album.take(person.page, "mail")
    album.take(person.open(link), "activation")
    album.take(person.press("Activer mon compte"), "activation-faite")
    album.take(person.open(link), "activation-deja-faite")
    album.take(person.open("/compte/activation/inconnu"), "activation-inconnue")


def logging_in(walk: Walk) -> None:
    """« Veuillez vous identifier », refusals, and the reset of a forgotten password."""
    album, person = walk.album, walk.person()
    person.creates()
    person.activates()
    _refused_log_in(album, person, "pas le bon", "connexion-refusee")
    album.take(person.open("/compte/mot-de-passe-oublie"), "mot-de-passe-oublie")
    person.page.locator("[name=email]").fill(person.email)
    album.take(person.submit(), "mot-de-passe-oublie-envoye", "/compte/mot-de-passe-oublie")
    link = person.link("mot-de-passe")
    album.take(person.open(link), "mot-de-passe")
    album.take(person.submit(), "mot-de-passe-erreurs")
    album.take(person.open("/compte/mot-de-passe/inconnu"), "mot-de-passe-inconnu")
    album.take(person.open("/inscriptions"), "connexion-demandee")


def account(walk: Walk) -> None:
    """Logged in, without any candidature: home, « Modifier mes informations », a new address, the deletion."""
    album, person = walk.album, walk.person().arrives()
    album.take(person.open("/"), "accueil-connecte")
    album.take(person.open("/compte"), "compte")
    album.take(person.press("Enregistrer"), "compte-reponse")
    for name, path in _EMPTY.items():
        album.take(person.open(path), name)
    album.take(person.open("/compte/suppression"), "compte-suppression")
    _new_address(walk, person)


_EMPTY = {
    "inscriptions-aucune": "/inscriptions",
    "documents-aucun": "/documents",
    "formulaires-aucun": "/formulaires",
    "justificatifs-aucun": "/justificatifs",
}


def _new_address(walk: Walk, person: Person) -> None:
    person.open("/compte")
    new = f"nouvelle.{person.email}"
    for field in ("email", "email_confirmation"):
        person.page.locator(f"[name={field}]").fill(new)
    person.page.locator("[name=current_password]").fill(PASSWORD)
    walk.album.take(person.press("Enregistrer"), "compte-adresse-demandee")
    owner = walk.person()
    owner.email = person.email
    link = owner.link("annulation")
    person.email = new
    walk.album.take(person.open(person.link("adresse")), "adresse")
    walk.album.take(person.open("/compte/adresse/inconnue"), "adresse-inconnue")
    walk.album.take(owner.open(link), "annulation")
    walk.album.take(owner.press("Annuler le changement d'adresse"), "annulation-faite")
    walk.album.take(owner.open(link), "annulation-deja-faite")


def _refused_log_in(album: Album, person: Person, password: str, name: str) -> None:
    person.open("/connexion")
    person.page.locator("[name=identifiant]").fill(person.email)
    person.page.locator("[name=password]").fill(password)
    album.take(person.press("Me connecter"), name)
