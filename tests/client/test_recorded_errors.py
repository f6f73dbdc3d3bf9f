"""What real servers answered when something was wrong, over a real socket: a typed error with their words."""

import json
from pathlib import Path

import pytest
from client.conftest import Answer, Scripted
from recorded import recorded

from gpwidgets.client.http.session import GPSession
from gpwidgets.errors import AuthenticationError, BadReply, GPError, ServerError

#: The class of each recorded error, and words of the server that its text has to hold.
EXPECTED: dict[str, tuple[type[GPError], str]] = {
    "captured_400_details_double_space.json": (ServerError, "'geometry' parameter is invalid"),
    "captured_499_token_required.json": (AuthenticationError, "Token Required"),
    "captured_500_error_page.html": (BadReply, "500"),
    "test_restjs_ArcGISOnlineAuthError.json": (AuthenticationError, "Invalid token."),
    "test_restjs_BillingErrorWithCode200.json": (ServerError, ""),
    "test_restjs_GenerateTokenError.json": (ServerError, "Invalid username or password."),
    "test_restjs_RefreshTokenError.json": (AuthenticationError, "refresh_token expired"),
    "test_restjs_TaskErrorWithJSON.json": (ServerError, "Index was outside the bounds of the array."),
}


@pytest.mark.parametrize("path", recorded("error"), ids=lambda path: path.name)
def test_every_recorded_error_is_a_typed_exception_with_the_servers_text(
    path: Path, scripted: Scripted, no_waiting: list[float]
) -> None:
    page = path.suffix == ".html"
    kind = {"Content-Type": "text/html" if page else "application/json"}
    url = scripted.on("/Tools/GPServer", Answer(path.read_bytes(), 500 if page else 200, kind))
    expected, words = EXPECTED[path.name]
    with pytest.raises(expected) as caught:
        GPSession(sleep=no_waiting.append).get_json(url)
    assert words in str(caught.value)
    assert type(caught.value) is expected
    if isinstance(caught.value, ServerError) and not page:
        body = json.loads(path.read_bytes())
        assert caught.value.code in (body.get("code"), body.get("error", {}).get("code"), 400)
