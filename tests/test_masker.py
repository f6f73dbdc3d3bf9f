"""What was sent as a secret is hidden in what a server says, and changes no data that only looks like it."""

import json
import re

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings
from marks import forms_of, found

from gpwidgets import GPTask
from gpwidgets.secrets import SECRET_NAMES, Masker, mask

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


@pytest.mark.parametrize("spaces", [" " * 20_000, "+" * 20_000, "%20" * 20_000, "\\u0020 " * 10_000])
def test_the_same_letter_many_times_is_hidden_in_any_spelling(spaces: str) -> None:
    secret = f"tok-9{' ' * 20_000}f3"
    assert Masker([secret]).text(f"got tok-9{spaces}f3, thanks") == "got ***, thanks"


def test_a_page_hides_both() -> None:
    page = f"<title>{DISTINCT} and none, nonesuch</title>".encode()
    assert Masker([DISTINCT, "none"]).clean(page).decode() == "<title>*** and ***, nonesuch</title>"


def test_a_hidden_text_that_is_a_word_leaves_results_as_they_are(server) -> None:
    task = GPTask(server.url_of("ParameterGallery"))
    task(Input_Hidden="none")
    out = task(Input_String="none and all", Input_Hidden="none")
    assert out["Output_String"] == "none and all"


def is_distinct(text: str) -> bool:
    return re.fullmatch("[A-Za-z_]*", text) is None and re.search("[A-Za-z0-9]", text) is not None


SECRETS = st.text(st.characters(codec="utf-8"), min_size=8, max_size=30).filter(is_distinct)


@settings(max_examples=15)
@given(secret=SECRETS)
@example(secret='pa55/"7?&<é\\+~')
@example(secret="\\\\server\\share\\\\7")
@example(secret="AbC-dEf/GhI+=")
@example(secret="two words\n and 7 <lines>")
@example(secret="key-9-😀-=")
def test_every_spelling_is_hidden_in_text_json_and_pieces(secret: str) -> None:
    for form in forms_of(secret):
        page = f"<p>before {form} after".encode()
        assert found([secret], Masker([secret]).clean(page).decode()) == [], form
        body = json.dumps({"value": [f"before {form} after"], "kept": 1})
        clean = Masker([secret]).clean(body.encode()).decode()
        assert found([secret], clean) == [], form
        assert json.loads(clean)["kept"] == 1
        pieces = [body.encode()[at : at + 7] for at in range(0, len(body.encode()), 7)]
        whole = b"".join(Masker([secret]).chunks(iter(pieces))).decode()
        assert found([secret], whole) == [], form
        assert json.loads(whole)["kept"] == 1


@pytest.mark.parametrize("escaped", ["tok\\/9f3\\u003d\\u002Bx", "tok\\u002f9f3\\u003D+x"])
def test_json_that_escapes_more_than_it_must_hides_it_too(escaped: str) -> None:
    body = f'{{"value": "a{escaped}b"}}'.encode()
    assert json.loads(body)["value"] == "atok/9f3=+xb"
    assert json.loads(Masker(["tok/9f3=+x"]).clean(body)) == {"value": "a***b"}


def test_what_only_begins_like_it_stays() -> None:
    body = json.dumps({"value": "tok-9f3/Zurich and tok-9f3", "n": [1.5, None, "é"]}).encode()
    assert json.loads(Masker([DISTINCT]).clean(body)) == json.loads(body)


_PIECES = [
    *SECRET_NAMES,
    "Bearer",
    "basic ",
    "authorization",
    "code",
    "?",
    "&",
    "=",
    ":",
    '"',
    "%3D",
    " ",
    "@",
]


@given(
    st.lists(st.sampled_from([*_PIECES, "https://", "abcdefghij", "\\", "TOKEN"]), max_size=12).map("".join)
)
@example("?code=abc")
@example("http://me:pw@host/")
def test_a_plain_text_is_masked_as_one_with_other_letters(text: str) -> None:
    assert mask(f"{text}<é") == f"{mask(text)}<é"


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_every_name_is_hidden_in_a_plain_text(name: str) -> None:
    assert mask(f"a {name.upper()}=abc b") == f"a {name.upper()}=*** b"
