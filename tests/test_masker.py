"""What was sent as a secret is hidden in what a server says, and changes no data that only looks like it."""

import json

import pytest

from gpwidgets import GPTask
from gpwidgets.secrets import Masker

DISTINCT = "tok-9f3/Zürich"


def test_a_distinct_secret_is_hidden_everywhere() -> None:
    body = {
        "value": {"features": [{"attributes": {"a": f"x{DISTINCT}y"}}]},
        "messages": [{"description": DISTINCT}],
    }
    clean = Masker([DISTINCT]).clean(json.dumps(body).encode()).decode()
    assert DISTINCT not in json.loads(clean)["value"]["features"][0]["attributes"]["a"]
    assert json.loads(clean)["messages"] == [{"description": "***"}]


@pytest.mark.parametrize("word", ["none", "residential", "geodesy"])
def test_an_ordinary_word_is_hidden_in_messages_and_kept_in_data(word: str) -> None:
    body = {
        "results": [{"paramName": word, "value": f"{word} and all"}],
        "messages": [{"description": f"given: {word}; {word}s are kept"}],
        "error": {"message": word, "details": [f"no {word}"]},
    }
    clean = json.loads(Masker([word]).clean(json.dumps(body).encode()))
    assert clean["results"] == body["results"]
    assert clean["messages"] == [{"description": f"given: ***; {word}s are kept"}]
    assert clean["error"] == {"message": "***", "details": ["no ***"]}


def test_a_page_hides_both() -> None:
    page = f"<title>{DISTINCT} and none, nonesuch</title>".encode()
    assert Masker([DISTINCT, "none"]).clean(page).decode() == "<title>*** and ***, nonesuch</title>"


def test_a_hidden_text_that_is_a_word_leaves_results_as_they_are(server) -> None:
    task = GPTask(server.url_of("ParameterGallery"))
    task(Input_Hidden="none")
    out = task(Input_String="none and all", Input_Hidden="none")
    assert out["Output_String"] == "none and all"
