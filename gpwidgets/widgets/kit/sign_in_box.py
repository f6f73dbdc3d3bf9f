"""Signing in where it is asked for, without leaving a secret in the notebook."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.tasks.inputs import signing
from gpwidgets.texts import later, tr
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.kit.secret_text import SecretText

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth
    from gpwidgets.client.sign_in.oauth import OAuth

#: Ways to sign in: what is read in the list, and the controls that belong to it.
_WAYS = {
    "token": (later("With a token or an API key"), ("token",)),
    "account": (later("With a user name"), ("user", "password", "keep")),
    "portal": (later("With an account of a portal"), ("portal", "user", "password")),
    "browser": (later("In the browser (OAuth)"), ("portal", "client", "page", "code")),
    "application": (later("As an application"), ("portal", "client", "secret")),
}
_REMEMBERED = ("portal", "client", "user")


class SignInBox(Owner, w.VBox):
    """Asks for an account, a token or key, or a sign-in in the browser.

    What is typed leaves its box as soon as it has been read, and is forgotten when the button is pressed;
    afterwards only the authentication object holds it.

    Parameters
    ----------
    use
        Called with the authentication object.
    url
        Any address of the server that asks; passwords are kept for it. Empty where there is none.
    before
        The box that was here before, whose sign-in was refused: all but its secrets is filled in again.

    Attributes
    ----------
    typed : dict of str to str
        What was chosen and typed when the button was pressed, without secrets.
    """

    def __init__(
        self, use: Callable[[Auth], None], url: str = "", *, before: SignInBox | None = None
    ) -> None:
        self.typed: dict[str, str] = dict(before.typed) if before is not None else {}
        self._use = use
        self._url = url
        self._browser: OAuth | None = None
        self.way: w.Dropdown = w.Dropdown(
            options=[tr(label) for label, _ in _WAYS.values()],
            description=tr("Sign in"),
            **_looks(),
        )
        self.user: w.Text = w.Text(description=tr("User name"), **_looks())
        self.password: SecretText = _secret(tr("Password"))
        self.token: SecretText = _secret(tr("Token"), tr("paste the token here"))
        self._fields: dict[str, w.Widget] = {
            "portal": w.Text(
                description=tr("Portal"), placeholder="https://gis.example.com/portal", **_looks()
            ),
            "client": w.Text(description=tr("Client ID"), **_looks()),
            "user": self.user,
            "password": self.password,
            "secret": _secret(tr("Secret")),
            "token": self.token,
            "page": w.HTML(),
            "code": _secret(tr("Code"), tr("paste the code, or the whole address")),
            "keep": w.Checkbox(
                description=tr("Keep the password in this computer's keyring"), indent=False, **_looks()
            ),
        }
        self.button: w.Button = w.Button(description=tr("Sign in"), icon="sign-in", button_style="primary")
        self._said = w.HTML()
        self.button.on_click(self._sign_in)
        self.way.observe(lambda _change: self._show_fields(), names="value")
        for name in ("portal", "client"):
            self._fields[name].observe(lambda _change: self._show_page(), names="value")
        super().__init__([self.way, *self._fields.values(), self.button, self._said])
        self.add_class("gpw-sign-in")
        self._fill_in()
        self._show_fields()

    def _fill_in(self) -> None:
        self.way.index = list(_WAYS).index(self.typed.get("way", self._way()))
        for name in _REMEMBERED:
            self._fields[name].value = self.typed.get(name, "")

    def _way(self) -> str:
        return str(list(_WAYS)[self.way.index])

    def _show_fields(self) -> None:
        shown = _WAYS[self._way()][1]
        for name, field in self._fields.items():
            field.layout.display = "" if name in shown and (name != "keep" or self._keeps()) else "none"
        self._show_page()

    def _keeps(self) -> bool:
        return bool(self._url) and signing.can_keep_passwords()

    def _show_page(self) -> None:
        """Offer the page of the portal once it is known which."""
        self._browser = None
        page = self._fields["page"]
        if self._way() != "browser":
            return
        portal, client = (str(self._fields[name].value).strip() for name in ("portal", "client"))
        if not portal or not client:
            page.value = _muted(tr("Give the portal and the client ID; a link to its sign-in page follows."))
            return
        try:
            self._browser = signing.browser_auth(client, portal)
        except Exception as error:
            page.value = error_html(error)
            return
        address = escape(self._browser.sign_in_url, quote=True)
        label = escape(tr("Open the sign-in page"))
        then = escape(tr("sign in there, and copy the code that it shows."))
        page.value = f'<a href="{address}" target="_blank" rel="noopener noreferrer">{label}</a>, {then}'

    @guarded
    def _sign_in(self, _button: w.Button) -> None:
        typed = {name: _read(field) for name, field in self._fields.items() if name != "keep"}
        self.typed = {"way": self._way(), **{name: typed[name] for name in _REMEMBERED}}
        self._said.value = ""
        self._use(getattr(self, f"_by_{self._way()}")(typed))

    def _by_account(self, typed: dict[str, str]) -> Auth:
        user, password = typed["user"], typed["password"]
        if user.strip() and not password and self._keeps():
            password = signing.kept_password(self._url, user)
        if not user.strip() or not password:
            raise ValueError(tr("Give a user name and a password."))
        if self._fields["keep"].value and self._keeps():
            signing.keep_password(self._url, user, password)
        return signing.login_auth(user, password)

    def _by_portal(self, typed: dict[str, str]) -> Auth:
        if not all(typed[name].strip() for name in ("portal", "user", "password")):
            raise ValueError(tr("Give the portal's address, a user name and a password."))
        return signing.portal_login_auth(typed["user"], typed["password"], typed["portal"])

    def _by_browser(self, typed: dict[str, str]) -> Auth:
        if self._browser is None:
            raise ValueError(tr("Give the portal's address and the client ID first."))
        self._browser.enter(typed["code"])
        return self._browser

    def _by_token(self, typed: dict[str, str]) -> Auth:
        if not typed["token"].strip():
            raise ValueError(tr("Paste a token first."))
        return signing.token_auth(typed["token"])

    def _by_application(self, typed: dict[str, str]) -> Auth:
        if not all(typed[name].strip() for name in ("portal", "client", "secret")):
            raise ValueError(tr("Give the portal's address, the client ID and its secret."))
        return signing.app_auth(typed["client"], typed["secret"], typed["portal"])

    def show_error(self, error: Exception) -> None:
        """Show why signing in did not work."""
        self._said.value = error_html(error)

    def __repr__(self) -> str:
        return "<SignInBox>"


def _read(field: w.Widget) -> str:
    return field.take() if isinstance(field, SecretText) else str(field.value)


def _looks() -> dict[str, dict[str, str]]:
    # Values, not a Layout: each control gets one of its own, so that hiding one hides no other.
    return {"layout": {"width": "min(100% - 4px, 420px)"}, "style": {"description_width": "100px"}}


def _secret(label: str, placeholder: str = "") -> SecretText:
    return SecretText(description=label, placeholder=placeholder, **_looks())


def _muted(text: str) -> str:
    return f'<div class="gpw-muted">{escape(text)}</div>'
