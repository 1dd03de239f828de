"""« Accessibilité »: the declaration that the law requires of a public service, from the findings on the criteria."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from gateway import access
from gateway.accessibility import conformity, findings
from gateway.accessibility.findings import State
from gateway.pages import render_page
from gateway.web.accueil import blueprint
from services.chassis.french import long_date
from services.contracts import page_labels

VERIFIED_PAGES = (
    f"Accueil, {page_labels.OPENINGS} et pages du pied de page",
    "Création du compte, activation, connexion, mot de passe oublié, modification et suppression du compte",
    f"{page_labels.REGISTER} : le choix de l'examen, chacun des neuf onglets vide, refusé et rempli, le numéro "
    "d'inscription",
    f"{page_labels.REGISTRATIONS}, modification et désinscription",
    f"{page_labels.DOCUMENTS}, leur version accessible, {page_labels.FORMS}",
    f"{page_labels.JUSTIFICATIFS}, l'envoi d'une pièce, sa suppression et la validation",
    "Pages d'erreur",
)


@blueprint.get("/accessibilite")
@access.public
def accessibility() -> ResponseReturnValue:
    themes = [
        (theme, criteria, conformity.count_criteria(criteria)) for theme, criteria in conformity.CRITERIA_BY_THEME
    ]
    return render_page(
        "accueil/templates/accessibilite.html",
        active="accessibilite",
        indexed=True,
        overall=conformity.OVERALL,
        themes=themes,
        non_conforming=_criteria_in(State.NON_CONFORMING),
        to_evaluate=_criteria_in(State.TO_EVALUATE),
        established=long_date(findings.ESTABLISHED_ON),
        axe_version=findings.AXE_VERSION,
        verified=VERIFIED_PAGES,
        staff_pages=page_labels.STAFF_PAGES,
    )


def _criteria_in(state: State) -> list[conformity.EvaluatedCriterion]:
    return [
        criterion
        for _, criteria in conformity.CRITERIA_BY_THEME
        for criterion in criteria
        if criterion.finding.state is state
    ]
