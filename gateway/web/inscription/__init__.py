"""« M'inscrire » and « Mes inscriptions »: choosing an exam, the tabs, the save, changing and
withdrawing."""

from gateway.access import Pages
from gateway.web.shown_states import is_over, recap_number

blueprint = Pages("inscription", __name__)
blueprint.add_app_template_test(is_over, "over")
blueprint.add_app_template_filter(recap_number)
blueprint.import_views()
