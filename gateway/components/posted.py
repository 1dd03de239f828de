"""What a posted search means when no script kept its words and its value together."""

from collections.abc import Mapping

WORDS = "-texte"
WORDS_SHOWN = "-affiche"


def settled(form: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The posted fields, where a search whose words were changed since they were shown has no value any more.

    Without the script the value chosen earlier stays in the page: kept, « CAEN » would be sent for the word « REIMS ».
    """
    kept = {name: list(values) for name, values in form.items() if not name.endswith(WORDS_SHOWN)}
    for marker, shown in form.items():
        if not marker.endswith(WORDS_SHOWN):
            continue
        name = marker.removesuffix(WORDS_SHOWN)
        words = form.get(f"{name}{WORDS}", [""])[0].strip()
        if words != shown[0].strip() and name in kept:
            kept[name] = [""]
    return kept
