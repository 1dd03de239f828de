"""The State's design system (DSFR) as Jinja macros, one file each, used by every page as «
components/<name>.html ».

This module makes the macros that pages call known to all templates of a Jinja environment, by their
names, as it does the layouts, and filters for instants and dates (in French, Paris time) and sizes.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader

from gateway.assets import asset_url
from gateway.components import fields
from gateway.layout.frame import GESTION_HOME, GESTION_PAGES, PAGES
from gateway.mail_domains import DOMAINS, corrected_address
from services import french
from services.contracts import page_labels
from services.contracts.piece_rules import STATUS_LABELS
from services.contracts.registration_rules import SEVERITY_LABELS

_GATEWAY = Path(__file__).parent.parent
MACROS = {
    "act_form": ("act_form", "code_field", "passkey_button", "reason_field"),
    "alert": ("alert", "refusal_of_password_form", "said"),
    "badge": ("badge",),
    "breadcrumb": ("breadcrumb",),
    "button": ("button", "button_group", "link_button"),
    "confirmation": ("confirmation",),
    "contact": ("contact_banner", "contact_lines"),
    "disclosure": ("disclosure", "disclosure_group"),
    "error_summary": ("error_summary",),
    "footer": ("footer",),
    "form_field": ("form_field", "form_line", "form_sections", "mandatory_fields_note"),
    "header": ("header",),
    "password_again": ("password_again",),
    "provider_button": ("provider_button",),
    "session_end": ("session_end",),
    "summary_list": ("both_inputs", "summary_list", "summary_rows"),
    "table": ("table", "table_of"),
    "tabs_nav": ("tabs_nav",),
    "tile": ("card", "tile", "tile_grid"),
    "to_do_list": ("to_do_list",),
}
"""What pages call, by the file in which it is: each import would cost a page some ten
microseconds."""
ALERT_LABELS = {**SEVERITY_LABELS, "success": "Succès"}
"""What is read out before an alert's text, by its severity: those of messages have the words by
which administrators choose them."""
STATUS_SEVERITIES = {"received": "info", "non_compliant": "error", "compliant": "success"}
"""Of the badges of pieces, by the codes of services/contracts/piece_rules.py."""


def register_components(env: Environment) -> None:
    """Add macros, base layouts, what they call and filters to `env`; its loader stays. A macro
    knows the globals that `env` has now: those of the application are set before."""
    own = {name: FileSystemLoader(_GATEWAY / name) for name in ("components", "layout")}
    loaders: list[BaseLoader] = [PrefixLoader(own)]
    if env.loader is not None:
        loaders.append(env.loader)
    env.loader = ChoiceLoader(loaders)
    env.globals.update(
        asset_url=asset_url,
        page_labels=page_labels,
        alert_labels=ALERT_LABELS,
        status_labels=STATUS_LABELS,
        status_severities=STATUS_SEVERITIES,
        pages=PAGES,
        gestion_home=GESTION_HOME,
        gestion_pages=GESTION_PAGES,
        **{helper.__name__: helper for helper in fields.FOR_TEMPLATES},
        mail_domains=DOMAINS,
        corrected_address=corrected_address,
    )
    env.filters.update(
        date_and_time=french.short_instant,
        time_of_day=french.time_of_day,
        short_date=french.short_date,
        closing_time=closing_time,
        closing_time_iso=closing_time_iso,
        file_size=french.file_size,
        number=french.number,
        shown_value=shown_value,
    )
    for file, names in MACROS.items():
        module = env.get_template(f"components/{file}.html").module
        env.globals.update({name: getattr(module, name) for name in names})


def shown_value(value: Any) -> str:
    """A value of a list as a page shows it: « - » for none, « oui » or « non », Paris time, « 17
    035 »."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int):
        return french.number(value)
    if isinstance(value, datetime):
        return french.short_instant(value)
    return french.short_date(value) if isinstance(value, date) else str(value)


def closing_time(end: datetime) -> str:
    """An exclusive end as « 25/10/2021 à 23:59 »: midnight is shown as 23:59 of the day before."""
    return french.short_instant(french.shown_end(end))


def closing_time_iso(end: datetime) -> str:
    """The same instant as ISO 8601 with its offset, for <time datetime>."""
    return french.shown_end(end).isoformat()
