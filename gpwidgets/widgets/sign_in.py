"""Signing in where it is asked for, without leaving a secret in the notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.tasks.signing import login_auth, token_auth
from gpwidgets.texts import tr
from gpwidgets.widgets.guard import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner

if TYPE_CHECKING:
    from gpwidgets.client.auth import Auth

_BY_TOKEN = 0


class SignInBox(Owner, w.VBox):
    """Asks for a token, or for a user name and a password.

    What is typed lives in password boxes, which keep it out of their text form, and is wiped as soon as it
    has been read; afterwards only the authentication object holds it.

    Parameters
    ----------
    use
        Called with the `Token` or `Login`.
    """

    def __init__(self, use: Callable[[Auth], None]) -> None:
        self._use = use
        wide = {"width": "min(100%, 380px)"}  # values, not a layout: each control has one of its own
        style = {"description_width": "100px"}
        self.way = w.Dropdown(
            options=[tr("With a token"), tr("With a user name")],
            description=tr("Sign in"),
            layout=wide,
            style=style,
        )
        self.token = w.Password(
            description=tr("Token"), placeholder=tr("paste the token here"), layout=wide, style=style
        )
        self.user = w.Text(description=tr("User name"), layout=wide, style=style)
        self.password = w.Password(description=tr("Password"), layout=wide, style=style)
        self.button = w.Button(description=tr("Sign in"), icon="sign-in", button_style="primary")
        self._said = w.HTML()
        self.button.on_click(self._sign_in)
        self.way.observe(lambda _change: self._show_fields(), names="value")
        super().__init__([self.way, self.token, self.user, self.password, self.button, self._said])
        self.add_class("gpw-sign-in")
        self._show_fields()

    def _show_fields(self) -> None:
        by_token = self.way.index == _BY_TOKEN
        self.token.layout.display = "" if by_token else "none"
        self.user.layout.display = self.password.layout.display = "none" if by_token else ""

    @guarded
    def _sign_in(self, _button: w.Button) -> None:
        token, user, password = self.token.value.strip(), self.user.value.strip(), self.password.value
        self.token.value = self.password.value = ""
        self._said.value = ""
        if self.way.index == _BY_TOKEN:
            if not token:
                raise ValueError(tr("Paste a token first."))
            self._use(token_auth(token))
            return
        if not user or not password:
            raise ValueError(tr("Give a user name and a password."))
        self._use(login_auth(user, password))

    def show_error(self, error: Exception) -> None:
        """Show why signing in did not work."""
        self._said.value = error_html(error)

    def __repr__(self) -> str:
        return "<SignInBox>"
