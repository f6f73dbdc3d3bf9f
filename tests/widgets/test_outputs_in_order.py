"""Outputs on the screen: in the task's order, and with what is in their files."""

from __future__ import annotations

from pathlib import Path

from widget_tools import open_tab, tab_titles, text_of

from gpwidgets.convert.user_input.readers import to_frame
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.widgets.results._file_preview import preview_of
from gpwidgets.widgets.results.results import ResultsView


def test_an_output_that_failed_stays_in_its_place() -> None:
    names = ("First", "Second", "Third")
    parameters = {name: GPParameter(name, "GPString", display_name=name) for name in names}
    failed = {"Second": ConversionError("it is no text")}
    outputs = Outputs({"First": "a", "Third": "c"}, parameters=parameters, errors=failed)
    assert list(outputs) == list(names)
    view = ResultsView(outputs)
    assert tab_titles(view) == ["First (text)", "Second (failed)", "Third (text)"]
    open_tab(view, "Second (failed)")
    assert "it is no text" in text_of(view)


def test_codes_with_zeros_before_them_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "counties.csv"
    path.write_text("fips,people\n01001,54571\n01003,182265\n")
    (table,) = preview_of(path)
    assert "01001" in text_of(table)
    assert "54571" in text_of(table)
    assert to_frame("lon,lat,code\n8.9,47.1,007")["code"].tolist() == ["007"]
