"""Reads posted search fields: without the script, words may have been changed after a value was chosen."""

from collections.abc import Mapping

WORDS_SUFFIX = "-texte"
SHOWN_WORDS_SUFFIX = "-affiche"


def without_outdated_choices(form: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The posted fields; a search whose words were changed since the page was made has no value any more.

    Without the script the value chosen earlier stays in the page: « CAEN » would be sent for the words « REIMS ».
    """
    fields = {name: list(values) for name, values in form.items() if not name.endswith(SHOWN_WORDS_SUFFIX)}
    for marker, shown in form.items():
        if not marker.endswith(SHOWN_WORDS_SUFFIX):
            continue
        name = marker.removesuffix(SHOWN_WORDS_SUFFIX)
        words = form.get(f"{name}{WORDS_SUFFIX}", [""])[0].strip()
        if words != shown[0].strip() and name in fields:
            fields[name] = [""]
    return fields
