"""A whole answer, and the JSON or the error that it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gpwidgets.client.http._retry import asked_wait
from gpwidgets.client.http.bodies import json_object
from gpwidgets.client.sign_in.auth import Credentials
from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed, ServerError
from gpwidgets.secrets import mask
from gpwidgets.texts import tr

_ERROR_KEYS = re.compile(rb'"(?:error|code)"')
#: Bytes of an answer that may be no more than an error.
_LONGEST_ERROR = 4096


@dataclass(frozen=True)
class Reply:
    """A whole answer.

    Attributes
    ----------
    status : int
        HTTP status.
    body : bytes
        Without the secrets that were sent, should the server repeat them; a file is as it came.
    headers : mapping of str to str
        Names in any case.
    credentials : Credentials
        What the request carried.
    made : object
        What a taker has made of the body, of which only the beginning is left then.
    elsewhere : str
        The host that answered, where the request was redirected to another one.
    """

    status: int
    body: bytes
    headers: Mapping[str, str]
    credentials: Credentials = field(default_factory=Credentials, repr=False)
    made: Any = field(default=None, repr=False)
    elsewhere: str = ""

    def json(self, url: str) -> dict[str, Any]:
        """The answer as a JSON object; an error in it is raised.

        Raises
        ------
        ServerError, BadReply, ConnectionFailed
        """
        try:
            return json_object(self.body, mask(url), self.status)
        except ServerError as error:
            if self.elsewhere:
                # It knows nothing of this server's jobs and sign-ins.
                raise BadReply(
                    tr(
                        "{url} leads to {host}, which answers: {error}",
                        url=mask(url),
                        host=self.elsewhere,
                        error=error,
                    ),
                    url=url,
                ) from None
            error.retry_after = asked_wait(self.headers)
            raise
        except ConnectionFailed as error:
            error.retry_after = asked_wait(self.headers)
            raise


def wants_sign_in(reply: Reply, url: str) -> bool:
    """Whether an answer is the refusal of a token, or asks for one."""
    if len(reply.body) > _LONGEST_ERROR or (reply.status < 400 and not _ERROR_KEYS.search(reply.body)):
        return False
    try:
        reply.json(url)
    except AuthenticationError:
        return True
    except Exception:
        return False
    return False
