"""A directory of establishments held in memory."""

from services.registrations.domain.dossier import Etablissement, EtablissementSearch


class Directory:
    """A few establishments held in memory."""

    def __init__(self, *etablissements: Etablissement) -> None:
        self._all = etablissements

    def by_code(self, code: str) -> Etablissement | None:
        return next((etablissement for etablissement in self._all if etablissement.code == code), None)

    def search(self, search: EtablissementSearch) -> tuple[Etablissement, ...]:
        matching = (
            etablissement
            for etablissement in self._all
            if search.typed.lower() in etablissement.label.lower()
            and (not search.kinds or etablissement.kind in search.kinds)
            and (not search.departements or etablissement.departement in search.departements)
        )
        return tuple(sorted(matching, key=lambda item: search.near not in (None, item.departement)))[: search.limit]


LP = Etablissement("0250013D", "LP P.ADRIEN PARIS - BESANCON (0250013D)", "lycee", "025")
HABILITE = Etablissement("0250099Z", "LYCEE HABILITE (0250099Z)", "lycee", "025", habilite_ccf=True)
CNED = Etablissement("CNED", "CNED", "cned")
INDIVIDUELS = Etablissement("INDIVIDUELS 025", "INDIVIDUELS 025", "individuels", "025")
INDIVIDUELS_AUBE = Etablissement("INDIVIDUELS 010", "INDIVIDUELS 010", "individuels", "010")
REIMS = Etablissement("0519990G", "LYCEE DE DEMONSTRATION - REIMS (0519990G)", "lycee", "051")
DIRECTORY = Directory(LP, HABILITE, CNED, INDIVIDUELS, INDIVIDUELS_AUBE)
