"""Tokens of the embedded server: who gets one, and whether one is still good."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gpwidgets.demo.publishing.refusals import Refusal

USERNAME = "learner"
PASSWORD = "geodesy"  # noqa: S105 - documented, and of this toy server alone
"""The account of the embedded server: it guards nothing, and shows how signing in works."""

LONGEST_MINUTES = 60


@dataclass(frozen=True)
class _Issued:
    user: str
    expires: float
    referer: str


class TokenStore:
    """Issues and checks tokens.

    Parameters
    ----------
    clock
        Seconds since 1970; tests turn their own.
    longest_minutes
        Life of a token at the most, whatever is asked for.
    """

    def __init__(
        self, clock: Callable[[], float] = time.time, longest_minutes: float = LONGEST_MINUTES
    ) -> None:
        self.longest_minutes = longest_minutes
        self._clock = clock
        self._issued: dict[str, _Issued] = {}
        self.issued: int = 0

    def issue(self, user: str, minutes: float = LONGEST_MINUTES, referer: str = "") -> tuple[str, int]:
        """A new token and its end in ms since 1970."""
        expires = self._clock() + 60 * min(minutes, self.longest_minutes)
        token = secrets.token_urlsafe(24)
        self._issued[token] = _Issued(user, expires, referer)
        self.issued += 1
        return token, round(expires * 1000)

    def expire_all(self) -> None:
        """Make every token issued so far invalid."""
        self._issued.clear()

    def sign_in(self, fields: Mapping[str, str]) -> dict[str, object]:
        """Answer a generateToken request."""
        if (fields.get("username"), fields.get("password")) != (USERNAME, PASSWORD):
            raise Refusal(400, "Unable to generate token.", ["Invalid username or password."])
        try:
            minutes = float(fields.get("expiration") or LONGEST_MINUTES)
        except ValueError:
            raise Refusal(400, "Unable to generate token.", ["'expiration' is not a number."]) from None
        bound = fields.get("referer", "") if fields.get("client", "referer") == "referer" else ""
        token, expires = self.issue(USERNAME, minutes, bound)
        return {"token": token, "expires": expires, "ssl": False}

    def check(self, fields: Mapping[str, str], headers: Mapping[str, str]) -> None:
        """Let a request to a secured service through.

        Raises
        ------
        Refusal
            499 without a token, 498 with one that is wrong, expired or bound to another referer.
        """
        token = fields.get("token")
        for name in ("X-Esri-Authorization", "Authorization"):
            scheme, _, value = headers.get(name, "").partition(" ")
            if token is None and scheme.lower() == "bearer":
                token = value.strip()
        if token is None:
            raise Refusal(499, "Token Required", ["Token Required"])
        known = self._issued.get(token)
        referer = headers.get("Referer", "")
        if known is None or known.expires <= self._clock() or (known.referer and known.referer != referer):
            raise Refusal(498, "Invalid token.", ["Invalid token."])
