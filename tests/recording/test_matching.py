"""Which requests count as the same, and which recorded one is the nearest."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.recording.matching import canonical, differing, distance, plain_fields

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, width=32)
    | st.text(),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=8), part, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(min_size=1), JSON, min_size=1))
def test_layout_and_order_of_keys_make_no_difference(value):
    turned = dict(reversed(value.items()))
    texts = [json.dumps(value), json.dumps(turned, indent=3), json.dumps(value, ensure_ascii=False)]
    assert len({canonical(text) for text in texts} | {canonical(value)}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5", "5.0"),
        ("5", " 5 "),
        ("true", "True"),
        ("", '{"url": ""}'),
        ("", "null"),
        ("", "{}"),
        ("a  b", "a b"),
        ('{"distance": 5, "units": "esriMeters"}', '{"units":"esriMeters","distance":5.0}'),
        ('{"url": "u", "serviceToken": "a"}', '{"url": "u", "serviceToken": "b"}'),
    ],
)
def test_the_same_in_other_words(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5", "5.1"),
        ("a b", "ab"),
        ("A", "a"),
        ("true", "false"),
        ("true", "1"),
        ("[1, 2]", "[2, 1]"),
        ("0", ""),
        ("[]", ""),
        ('{"distance": 5, "units": "esriMeters"}', '{"distance": 5, "units": "esriFeet"}'),
        ("9007199254740993", "9007199254740992"),
    ],
)
def test_what_differs(one, other):
    assert canonical(one) != canonical(other)


def fields(defaults=None, **given):
    return plain_fields(given, lambda key, text: text, defaults)


def test_defaults_and_what_is_no_input_make_no_difference():
    defaults = {"Steps": "10", "Seconds": ""}
    one = fields(defaults, f="json", token="a", Steps="10", id="7", returnMessages="True")
    assert one == fields(defaults, f="pjson", callback="x", Seconds="")
    assert differing(one, fields(defaults, Steps="11")) == ["Steps"]
    assert differing(one, fields(defaults, **{"env:outSR": "3857"})) == ["env:outSR"]


def test_fewer_differences_are_nearer_and_then_smaller_ones():
    asked = fields(A="10", B='{"distance": 3, "units": "esriMeters"}', C="x")
    runs = {
        "same but for a little": fields(A="11", B='{"distance": 3, "units": "esriMeters"}', C="x"),
        "same but for much": fields(A="90", B='{"distance": 3, "units": "esriMeters"}', C="x"),
        "another text": fields(A="10", B='{"distance": 3, "units": "esriMeters"}', C="y"),
        "two of them": fields(A="10.1", B='{"distance": 3.1, "units": "esriMeters"}', C="x"),
    }
    assert sorted(runs, key=lambda name: distance(asked, runs[name])) == list(runs)


def test_a_value_that_was_secret_agrees_with_any():
    assert differing(fields(Hidden="typed"), fields(Hidden="***")) == []
    assert differing(fields(), fields(Hidden="***")) == []


def test_deep_and_odd_texts_are_compared_as_text():
    for text in ("[" * 100_000, "{", "[1", "NaN", "1e999", "-", '"'):
        assert canonical(text) == canonical(f" {text} ")
