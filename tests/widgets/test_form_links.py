"""Forms whose results go into other forms."""

from typing import Any

import geopandas
import pytest
import shapely
from widget_tools import alerts, around, can_find, finish, press, see, text_of

import gpwidgets as gp
from gpwidgets.errors import GPError


def measure_areas(areas: gp.demo.Polygons, unit: str = "hectares") -> float:
    """Measure areas.

    Parameters
    ----------
    areas
        Polygons.
    unit
        Of the result.
    """
    return round(float(areas.to_crs(6933).area.sum()) / 10_000)


@pytest.fixture
def forms(server: Any) -> Any:
    values = {"Input_Points": "POINT (-84.2 36.4)", "Distance": "1 km"}
    first = gp.TaskWidget(server.url_of("BufferPoints"), values=values)
    second = gp.TaskWidget(server.publish(measure_areas, output="Hectares"))
    yield first, second
    first.close()
    second.close()


def test_a_result_becomes_the_input_of_the_other_form_and_runs_it(forms: Any) -> None:
    first, second = forms
    first.link(second, output="Buffers", to="Areas", rerun=True)
    assert "Areas comes from Buffers of Buffer Points. It is filled in by the next run." in text_of(second)
    finish(first.start())
    see(second, "It has the value of the last run: 1 polygon.")
    see(second, "Succeeded")
    finish(second.run)
    assert second.outputs.Hectares == 314
    first.values = {**first.values, "Distance": "2 km"}
    finish(first.start())
    see(second, "Earlier runs of this form (1)")
    see(second, "Succeeded")
    finish(second.run)
    assert second.outputs.Hectares == 1257


def test_without_being_asked_the_second_form_is_filled_and_not_run(forms: Any) -> None:
    first, second = forms
    finish(first.start())
    first.link(second)  # of one type are only these two
    see(second, "1 polygon.")
    assert second.run is None
    assert second.values["Areas"].geometry.iloc[0].equals(first.outputs.Buffers.geometry.iloc[0])


def test_an_error_of_the_first_form_is_said_in_the_second_and_its_value_stays(forms: Any) -> None:
    first, second = forms
    mine = geopandas.GeoSeries([shapely.box(0, 0, 1, 1)], crs=4326)
    second.values = {"Areas": mine}
    first.link(second, rerun=True)
    first.values = {**first.values, "Distance": "6000 km"}
    finish(first.start())
    see(second, "Its run gave no result to use")
    assert any("at most 5,000 km" in one for one in alerts(second))
    assert second.run is None
    assert len(second.values["Areas"]) == 1


def test_a_form_that_lacks_something_else_says_so_and_is_not_run(server: Any, forms: Any) -> None:
    first, _second = forms

    def place_wells(areas: gp.demo.Polygons, count: int) -> int:
        """Place wells.

        Parameters
        ----------
        areas
            Polygons.
        count
            How many.
        """
        return count

    wells = gp.TaskWidget(server.publish(place_wells, output="Wells"))
    first.link(wells, rerun=True)
    finish(first.start())
    see(wells, "It has the value of the last run")
    see(wells, "A value is needed here.")
    assert wells.run is None


def test_circles_and_names_that_are_not_there_are_refused(server: Any, forms: Any) -> None:
    first, second = forms
    third = gp.TaskWidget(server.url_of("BufferPoints"))
    with pytest.raises(GPError, match="in a circle"):
        first.link(first)
    with pytest.raises(GPError, match="has no output 'Bufers'; it has: Buffers"):
        first.link(second, output="Bufers")
    with pytest.raises(GPError, match="has no input 'Area'; it has: Areas, Unit"):
        first.link(second, to="Area")
    with pytest.raises(GPError, match="These pairs have the same type: none"):
        second.link(third)
    first.link(second, "Buffers", "Areas")
    second.link(third, "Hectares", "Distance")
    with pytest.raises(GPError, match="in a circle"):
        third.link(first, "Buffers", "Input_Points")
    broken = gp.TaskWidget(server.url + "/Nothing/GPServer/Here")
    with pytest.raises(GPError, match="has been reached"):
        first.link(broken)


def test_a_link_is_ended_in_the_second_form_and_may_then_go_back(forms: Any) -> None:
    first, second = forms
    link = first.link(second)
    press(around(second, "Areas comes from", "Unlink"), "Unlink")
    assert not can_find(second, "Unlink")
    assert first.links == ()
    finish(first.start())
    assert "Areas" not in second.values
    assert repr(link) == "<FormLink Buffers to Areas>"


def test_a_value_that_does_not_fit_is_said(forms: Any) -> None:
    first, second = forms
    first.link(second, "Buffers", "Unit")
    finish(first.start())
    see(second, "It could not be taken:")
    assert second.values.get("Unit") == "hectares"
