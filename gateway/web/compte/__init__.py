"""The account: creating and activating it, logging in and out, changing and deleting it (guide §3 and §4)."""

from gateway.access import Pages

blueprint = Pages("compte", __name__)

from gateway.web.compte import (  # noqa: E402,F401 - they add their routes
    account_form,
    connexion,
    creation,
    donnees,
    effacement,
    fournisseurs,
    mailed_links,
    modification,
    mot_de_passe,
)
