"""The 106 criteria of RGAA 4.1 by theme, abridged.

Full text: https://accessibilite.numerique.gouv.fr/methode/criteres-et-tests/"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """`titles` are its criteria in their order: « 3.2 » is the second of theme 3."""

    number: int
    name: str
    titles: tuple[str, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(f"{self.number}.{place}" for place in range(1, len(self.titles) + 1))


THEMES = (
    Theme(1, "Images", (
        "Chaque image porteuse d'information a une alternative textuelle",
        "Chaque image de décoration est ignorée par les technologies d'assistance",
        "L'alternative d'une image porteuse d'information est pertinente",
        "L'alternative d'un CAPTCHA ou d'une image-test en dit la nature et la fonction",
        "Chaque CAPTCHA a une solution d'accès alternative",
        "Chaque image qui le nécessite a une description détaillée",
        "La description détaillée d'une image est pertinente",
        "Chaque image texte est si possible remplacée par du texte stylé",
        "Chaque légende d'image est reliée à son image",
    )),
    Theme(2, "Cadres", (
        "Chaque cadre a un titre",
        "Le titre d'un cadre est pertinent",
    )),
    Theme(3, "Couleurs", (
        "L'information n'est pas donnée par la couleur seule",
        "Le contraste entre le texte et son arrière-plan est suffisant",
        "Les couleurs des composants d'interface et des éléments graphiques sont assez contrastées",
    )),
    Theme(4, "Multimédia", (
        "Chaque média temporel a une transcription ou une audiodescription",
        "Cette transcription ou audiodescription est pertinente",
        "Chaque média synchronisé a des sous-titres synchronisés",
        "Les sous-titres sont pertinents",
        "Chaque média temporel qui le nécessite a une audiodescription synchronisée",
        "L'audiodescription synchronisée est pertinente",
        "Chaque média temporel est clairement identifiable",
        "Chaque média non temporel a une alternative",
        "L'alternative d'un média non temporel est pertinente",
        "Chaque son déclenché automatiquement est contrôlable",
        "La consultation d'un média temporel est contrôlable au clavier et par tout dispositif de pointage",
        "La consultation d'un média non temporel est contrôlable de même",
        "Chaque média est compatible avec les technologies d'assistance",
    )),
    Theme(5, "Tableaux", (
        "Chaque tableau de données complexe a un résumé",
        "Le résumé d'un tableau complexe est pertinent",
        "Le contenu d'un tableau de mise en forme reste compréhensible une fois linéarisé",
        "Le titre d'un tableau de données lui est associé",
        "Le titre d'un tableau de données est pertinent",
        "Chaque en-tête de colonne et de ligne est déclaré",
        "Chaque cellule est associée à ses en-têtes par la technique appropriée",
        "Un tableau de mise en forme n'utilise pas les éléments des tableaux de données",
    )),
    Theme(6, "Liens", (
        "Chaque lien est explicite",
        "Chaque lien a un intitulé",
    )),
    Theme(7, "Scripts", (
        "Chaque script est compatible avec les technologies d'assistance",
        "L'alternative d'un script est pertinente",
        "Chaque script est contrôlable au clavier et par tout dispositif de pointage",
        "L'utilisateur est averti d'un changement de contexte ou en a le contrôle",
        "Les messages de statut sont restitués par les technologies d'assistance",
    )),
    Theme(8, "Éléments obligatoires", (
        "Chaque page est définie par un type de document",
        "Le code source est valide selon ce type",
        "La langue par défaut est présente",
        "Le code de cette langue est pertinent",
        "Chaque page a un titre",
        "Le titre de page est pertinent",
        "Chaque changement de langue est indiqué",
        "Le code de chaque changement de langue est valide et pertinent",
        "Les balises ne sont pas utilisées uniquement à des fins de présentation",
        "Les changements du sens de lecture sont signalés",
    )),
    Theme(9, "Structuration de l'information", (
        "L'information est structurée par des titres appropriés",
        "La structure du document est cohérente",
        "Chaque liste est correctement structurée",
        "Chaque citation est correctement indiquée",
    )),
    Theme(10, "Présentation de l'information", (
        "La présentation est contrôlée par des feuilles de styles",
        "Le contenu visible reste présent sans feuilles de styles",
        "L'information reste compréhensible sans feuilles de styles",
        "Le texte reste lisible agrandi jusqu'à 200 %",
        "Les couleurs de fond et de police sont déclarées ensemble",
        "Chaque lien dont la nature n'est pas évidente se distingue du texte environnant",
        "La prise de focus est visible",
        "Les contenus cachés ont vocation à l'être pour les technologies d'assistance",
        "L'information n'est pas donnée par la forme, la taille ou la position seules",
        "L'alternative à la forme, à la taille ou à la position est pertinente",
        "Les contenus sont lisibles sans défilement dans les deux sens à 320 px de large ou 256 px de haut",
        "L'espacement du texte peut être redéfini sans perte",
        "Les contenus additionnels au survol ou au focus sont contrôlables",
        "Les contenus additionnels affichés par les styles seuls le sont au clavier et par tout dispositif de pointage",
    )),
    Theme(11, "Formulaires", (
        "Chaque champ a une étiquette",
        "L'étiquette d'un champ est pertinente",
        "Les étiquettes de même fonction sont cohérentes",
        "Chaque étiquette est accolée à son champ",
        "Les champs de même nature sont regroupés",
        "Chaque regroupement de champs a une légende",
        "La légende d'un regroupement est pertinente",
        "Les choix de même nature d'une liste sont regroupés",
        "L'intitulé de chaque bouton est pertinent",
        "Le contrôle de saisie est utilisé de manière pertinente",
        "Le contrôle de saisie suggère une correction lorsque c'est nécessaire",
        "Les données à caractère juridique peuvent être modifiées, vérifiées ou confirmées",
        "La finalité d'un champ peut être déduite pour le remplir automatiquement",
    )),
    Theme(12, "Navigation", (
        "Chaque ensemble de pages a au moins deux systèmes de navigation",
        "Le menu et les barres de navigation sont toujours à la même place",
        "Le plan du site est pertinent",
        "Le plan du site est atteint de la même manière depuis chaque page",
        "Le moteur de recherche est atteint de la même manière depuis chaque page",
        "Les zones de regroupement de contenus peuvent être atteintes ou évitées",
        "Un lien d'évitement ou d'accès rapide mène au contenu principal",
        "L'ordre de tabulation est cohérent",
        "Aucune page ne piège le clavier",
        "Les raccourcis clavier d'une seule touche sont contrôlables",
        "Les contenus additionnels sont atteignables au clavier",
    )),
    Theme(13, "Consultation", (
        "L'utilisateur a le contrôle de chaque limite de temps",
        "Aucune fenêtre ne s'ouvre sans action de l'utilisateur",
        "Chaque document bureautique en téléchargement a une version accessible",
        "La version accessible d'un document donne la même information",
        "Chaque contenu cryptique a une alternative",
        "L'alternative d'un contenu cryptique est pertinente",
        "Les changements brusques de luminosité et les flashs sont correctement utilisés",
        "Chaque contenu en mouvement ou clignotant est contrôlable",
        "Le contenu se consulte quelle que soit l'orientation de l'écran",
        "Ce qui demande un geste complexe est aussi possible par un geste simple",
        "Les actions d'un dispositif de pointage peuvent être annulées",
        "Ce qui demande un mouvement de l'appareil a une alternative",
    )),
)  # fmt: skip
