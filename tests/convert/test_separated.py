"""Tables as text from programs of other countries: separators, decimals, encodings."""

from pathlib import Path

import pandas
import pytest

from gpwidgets.convert.featuresets.geometry_columns import frame_of_table
from gpwidgets.convert.files.file_reading import read_table_file

SPELLINGS = {
    "german": (";", ",", "utf-8", ""),
    "german of Excel": (";", ",", "cp1252", ""),
    "with a mark": (";", ",", "utf-8-sig", ""),
    "text for Unicode": ("\t", ",", "utf-16", ""),
    "named by Excel": (";", ",", "cp1252", "sep=;\n"),
    "swiss": (";", ".", "cp1252", ""),
    "bars": ("|", ".", "utf-8", ""),
    "tabs": ("\t", ".", "utf-8", ""),
    "english": (",", ".", "utf-8", ""),
    "quoted commas": (",", ",", "utf-8", ""),
    "one column less plain": ("\t", ",", "utf-8", "\n"),
}


@pytest.mark.parametrize("ending", [".csv", ".tsv"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_table_is_the_same_however_it_is_written(spelling: str, ending: str, tmp_path: Path) -> None:
    mark, decimal, encoding, above = SPELLINGS[spelling]
    path = tmp_path / f"sites{ending}"
    expected = pandas.DataFrame(
        {"lon": [-84.2, -84.15], "lat": [36.4, 36.3], "Höhe": [3, 40], "name": ["Mühle, alt", "a;b|c"]}
    )
    text = expected.to_csv(index=False, sep=mark, decimal=decimal)
    path.write_bytes((above + text.replace("\r\n", "\n")).encode(encoding))
    pandas.testing.assert_frame_equal(read_table_file(path), expected, check_dtype=False)


@pytest.mark.parametrize("cell", ["1,234", "1,234,567", "-12,500"])
def test_a_comma_between_thousands_is_no_decimal_comma(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f'name,people\nford,"{cell}"\n')
    assert read_table_file(path)["people"].tolist() == [cell]


def test_coordinates_as_texts_have_a_comma_or_a_point() -> None:
    table = pandas.DataFrame({"lon": ["-84,2", "-84.1", None], "lat": ["36,4", "36,3", ""]})
    found = frame_of_table(table.where(table != ""), None).geometry
    assert [one and (one.x, one.y) for one in found] == [(-84.2, 36.4), (-84.1, 36.3), None]
