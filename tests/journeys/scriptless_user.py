"""A user whose browser runs no script, on a telephone, with a keyboard and no mouse."""

from playwright.sync_api import Locator, expect

from tests.journeys.mouse_user import MouseUser, control_kind
from tests.journeys.personas import Answer, Search


class ScriptlessUser(MouseUser):
    """Searches are a button and a list on the next page; a choice that changes the form is sent by « Actualiser »."""

    def activate(self, target: Locator) -> None:
        with self.page.expect_navigation():
            target.focus()
            target.press("Enter")

    def _give_answer(self, control: Locator, label: str, answer: Answer) -> None:
        if isinstance(answer, bool):
            control.focus()
            control.press("Space")
            expect(control).to_be_checked()
        elif control_kind(control) == "fieldset":
            choice = control.get_by_label(answer if isinstance(answer, str) else answer.taken, exact=True)
            choice.focus()
            choice.press("Space")
            expect(choice).to_be_checked()
        else:
            super()._give_answer(control, label, answer)
        self._refresh(label)

    def _search(self, control: Locator, label: str, answer: Search) -> None:
        control.fill(answer.words)
        self.press(f"Rechercher : {label}")
        result = self.page.get_by_role("radio", name=answer.taken, exact=True)
        result.focus()
        result.press("Space")
        expect(result).to_be_checked()

    def _refresh(self, label: str) -> None:
        button = self._within.get_by_role("button", name=f"Actualiser selon le choix « {label} »", exact=True)
        if button.count():
            self.activate(button)
