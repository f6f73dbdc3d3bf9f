"""A box for a secret, which does not stay in it.

JupyterLab can save the state of all widgets with a notebook, and with it what stands in a password box. So
what is typed leaves the box as soon as the kernel has it, whether it is used or not.
"""

from __future__ import annotations

from typing import Any

import ipywidgets as w
from traitlets import Unicode

from gpwidgets.texts import tr

__all__ = ["HiddenText", "SecretText", "UnechoedText"]


class UnechoedText(w.Text):
    """A box whose text goes from the page to the kernel, and from there to no page; it may hold a token."""

    value: Unicode[str, str | bytes] = Unicode(help="What was typed.").tag(sync=True, echo_update=False)


class HiddenText(w.Password):
    """A password box whose text goes from the page to the kernel, and from there to no page."""

    value: Unicode[str, str | bytes] = Unicode(help="What was typed.").tag(sync=True, echo_update=False)


class SecretText(HiddenText):
    """A password box that is empty again as soon as what was typed has been read.

    Parameters
    ----------
    placeholder
        Shown while nothing has been typed.
    options
        Further traits of the box.
    """

    def __init__(self, placeholder: str = "", **options: Any) -> None:
        self._secret = ""
        self._when_empty = placeholder
        # Letter by letter there would be no time to type the second one.
        super().__init__(placeholder=placeholder, continuous_update=False, **options)
        self.observe(self._keep, names="value")

    def _keep(self, change: Any) -> None:
        if change["new"]:
            self._secret = change["new"]
            self.value = ""
            self.placeholder = tr("•••••••• (set)")

    @property
    def is_set(self) -> bool:
        """Whether something was typed that has not been taken."""
        return bool(self._secret)

    def take(self) -> str:
        """Return what was typed, and forget it; empty when nothing was."""
        secret, self._secret = self._secret, ""
        self.placeholder = self._when_empty
        return secret
