"""A new sign-in for a batch whose token has ended or was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from gpwidgets.client.sign_in.auth import as_auth
from gpwidgets.errors import AuthenticationError
from gpwidgets.tasks.batch._engine import BatchEngine

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth

__all__ = ["SignedInBatch"]


class SignedInBatch(BatchEngine):
    """A batch that stops when the server wants a new sign-in, and goes on after it."""

    @property
    def wants_sign_in(self) -> bool:
        """Whether it has stopped because the server wants a new sign-in: see `sign_in`."""
        return self._finished and isinstance(self._error, AuthenticationError)

    def sign_in(self, auth: Auth) -> Self:
        """Go on with a new sign-in, after the old one has ended and could not be renewed; returns at once.

        Rows that were refused are sent, and jobs that went on meanwhile are followed and their results
        fetched; none is submitted twice.

        Parameters
        ----------
        auth
            `Token`, `Login`, or another authentication object; from now on that of the task, too. It is kept
            in memory only.

        Returns
        -------
        Batch
            This one.

        Raises
        ------
        GPError
            Rows are still under way, or another kernel works on the batch by now.
        """
        known = as_auth(auth)
        self._take_again()
        self.task.session.auth = known
        return self.begin()
