"""A directory of establishments held in memory."""

from services.registrations.domain.etablissements import Etablissement


class Directory:
    """A few establishments held in memory."""

    def __init__(self, *etablissements: Etablissement) -> None:
        self._all = etablissements

    def by_code(self, code: str) -> Etablissement | None:
        return next((one for one in self._all if one.code == code), None)

    def search(
        self,
        typed: str,
        kinds: tuple[str, ...],
        departements: tuple[str, ...],
        limit: int,
        near: str | None = None,
    ) -> tuple[Etablissement, ...]:
        found = (
            one
            for one in self._all
            if typed.lower() in one.label.lower()
            and (not kinds or one.kind in kinds)
            and (not departements or one.departement in departements)
        )
        return tuple(sorted(found, key=lambda one: near is not None and one.departement != near))[:limit]


LP = Etablissement("0250013D", "LP P.ADRIEN PARIS - BESANCON (0250013D)", "lycee", "025")
HABILITE = Etablissement("0250099Z", "LYCEE HABILITE (0250099Z)", "lycee", "025", habilite_ccf=True)
CNED = Etablissement("CNED", "CNED", "cned")
INDIVIDUELS = Etablissement("INDIVIDUELS 025", "INDIVIDUELS 025", "individuels", "025")
INDIVIDUELS_AUBE = Etablissement("INDIVIDUELS 010", "INDIVIDUELS 010", "individuels", "010")
REIMS = Etablissement("0519990G", "LYCEE DE DEMONSTRATION - REIMS (0519990G)", "lycee", "051")
DIRECTORY = Directory(LP, HABILITE, CNED, INDIVIDUELS, INDIVIDUELS_AUBE)
