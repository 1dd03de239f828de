"""A browser without JavaScript, in this process: keeps cookies, follows links, presses buttons by
their words."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from flask import Flask
from werkzeug.test import Client, TestResponse

from tests.gateway.components.html_checks import parsed, text_of

Element = Any
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
ADDRESS = "192.0.2.7"  # from where it calls


class ScriptlessBrowser:
    """`page` is the last answer as a tree; `answer` the answer itself. `types_itself`: what it
    types, where nothing else is, by what a field says of its `autocomplete`."""

    answer: TestResponse

    def __init__(self, app: Flask, url: str, headers: Mapping[str, str] = SAME_ORIGIN) -> None:
        self.client = Client(
            lambda environ, start: app({**environ, "REMOTE_ADDR": ADDRESS}, start), TestResponse
        )
        self.url = url
        self.headers = dict(headers)
        self.types_itself: dict[str, Callable[[], str]] = {}

    def get(self, path: str, *, follow: bool = True) -> TestResponse:
        self.answer = self.client.get(
            path, base_url=self.url, headers=self.headers, follow_redirects=follow
        )
        return self.answer

    def post(
        self,
        path: str,
        fields: Any = (),
        *,
        follow: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """`fields` are pairs or a mapping; `headers` replace the browser's own."""
        sent = self.headers if headers is None else headers
        data: dict[str, list[str]] = {}
        for name, value in fields.items() if isinstance(fields, Mapping) else fields:
            data.setdefault(name, []).append(value)
        self.answer = self.client.post(
            path, base_url=self.url, headers=sent, data=data, follow_redirects=follow
        )
        return self.answer

    @property
    def path(self) -> str:
        return self.answer.request.path

    @property
    def page(self) -> Element:
        return parsed(self.answer.text)

    @property
    def text(self) -> str:
        return text_of(self.page.xpath("//body")[0])

    @property
    def title(self) -> str:
        return text_of(self.page.xpath("//h1")[0])

    def follow(self, words: str) -> TestResponse:
        links = [link for link in self.page.xpath("//main//a") if text_of(link) == words]
        assert links, f"no link « {words} » in {self.path}: {self.text}"
        return self.get(urljoin(self.path, links[0].get("href") or ""))

    def press(self, words: str, **typed: Any) -> TestResponse:
        """Press the visible button bearing these words, having typed into the fields of its
        form."""
        page = self.page
        button = _button(page, words)
        form = _form_of(page, button)
        names = {control.get("name") for control in _controls(page, form)}
        assert set(typed) <= names, (
            f"no field {set(typed) - names} on the page: {sorted(filter(None, names))}"
        )
        for control in _controls(page, form):
            if (text := self.types_itself.get(control.get("autocomplete"))) and control.get(
                "name"
            ) not in typed:
                typed[control.get("name")] = text()
        fields = [pair for control in _controls(page, form) for pair in _sent(control, typed)]
        if button.get("name"):
            fields.append((button.get("name"), button.get("value") or ""))
        target = (
            button.get("formaction")
            or form.get("action")
            or self.answer.request.full_path.rstrip("?")
        )
        if (form.get("method") or "get") == "post":
            return self.post(target, fields)
        path = target.partition("?")[0]
        return self.get(f"{path}?{urlencode(fields)}" if fields else path)

    def value(self, name: str) -> str | None:
        controls = self.page.xpath(f"//*[@name='{name}']")
        assert controls, f"no field {name} on {self.path}"
        control = controls[0]
        if control.tag == "select":
            chosen = control.xpath(".//option[@selected]")
            return chosen[0].get("value") if chosen else ""
        return str(control.get("value") or "")

    def cookie(self, name: str) -> str | None:
        cookie = self.client.get_cookie(name, domain=urlsplit(self.url).hostname or "")
        return cookie.value if cookie else None


def _button(page: Element, words: str) -> Element:
    buttons = page.xpath("//button")
    named = [
        button
        for button in buttons
        if button.get("aria-hidden") != "true" and text_of(button) == words
    ]
    assert named, f"no button « {words} »: {[text_of(button) for button in buttons]}"
    assert named[0].get("disabled") is None, f"« {words} » is disabled"
    return named[0]


def _form_of(page: Element, button: Element) -> Element:
    named = button.get("form")
    return page.xpath(f"//form[@id='{named}']")[0] if named else button.xpath("ancestor::form")[0]


def _controls(page: Element, form: Element) -> list[Element]:
    inside = form.xpath(".//input|.//select|.//textarea")
    return [
        control for control in inside if control.get("name") and control.get("disabled") is None
    ]


def _sent(control: Element, typed: Mapping[str, Any]) -> list[tuple[str, str]]:
    name = control.get("name")
    kind = control.get("type")
    value = control.get("value") or ""
    if kind in ("checkbox", "radio"):
        chosen = typed[name] == value if name in typed else control.get("checked") is not None
        return [(name, value)] if chosen else []
    if name in typed:
        return [(name, str(typed[name]))]
    if control.tag == "select":
        chosen = control.xpath(".//option[@selected]") or control.xpath(".//option")[:1]
        return [(name, chosen[0].get("value"))] if chosen else []
    return [
        (name, control.text.lstrip("\n") if control.tag == "textarea" and control.text else value)
    ]
