"""Form fields are written as the standard library writes them."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.client.http import _form_encoding as form_encoding
from gpwidgets.client.http._form_encoding import form_body

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(st.dictionaries(texts, texts, max_size=4))
def test_any_fields_are_written_as_urlencode_does(fields: dict[str, str]) -> None:
    assert form_body(fields) == urlencode(fields).encode()


def test_a_long_text_is_written_in_pieces_that_join_without_a_seam() -> None:
    text = '{"a":"ä%+ \u4e2d"}' * (2 * form_encoding._PIECE // 10)
    assert form_body({"f": text}) == urlencode({"f": text}).encode()
