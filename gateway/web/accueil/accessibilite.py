"""« Accessibilité »: the declaration that the law asks of every public service, from the grid of its criteria."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from gateway import entrances
from gateway.accessibility import conformity, findings
from gateway.accessibility.findings import State
from gateway.pages import page
from gateway.web.accueil import blueprint
from services.chassis.french import date_longue

VERIFIED = (
    "Accueil, ouverture des services et pages du pied de page",
    "Création du compte, activation, connexion, mot de passe oublié, modification et suppression du compte",
    "M'inscrire : le choix de l'examen, chacun des neuf onglets vide, refusé et rempli, le numéro d'inscription",
    "Mes inscriptions, modification et désinscription",
    "Mes documents, leur version accessible, Les formulaires",
    "Mes justificatifs, l'envoi d'une pièce, sa suppression et la validation",
    "Pages d'erreur",
)


@blueprint.get("/accessibilite")
@entrances.everyone
def accessibility() -> ResponseReturnValue:
    themes = [(theme, criteria, conformity.counted(criteria)) for theme, criteria in conformity.GRID]
    return page(
        "accueil/templates/accessibilite.html",
        active="accessibilite",
        indexed=True,
        whole=conformity.WHOLE,
        themes=themes,
        non_conforming=_in(State.NON_CONFORMING),
        to_evaluate=_in(State.TO_EVALUATE),
        established=date_longue(findings.ESTABLISHED_ON),
        axe_version=findings.AXE_VERSION,
        verified=VERIFIED,
    )


def _in(state: State) -> list[conformity.Judged]:
    return [criterion for _, criteria in conformity.GRID for criterion in criteria if criterion.finding.state is state]
