"""A result that stays on the server as a layer."""

from __future__ import annotations

import geopandas
import shapely
from widget_tools import can_press, press, see, seen, text_of

from gpwidgets import GPTask, LayerReference, demo
from gpwidgets.widgets.results._hosted import HostedLayerView
from gpwidgets.widgets.results.results import ResultsView

POINT = geopandas.GeoSeries([shapely.Point(-84.25, 36.32)], crs=4326)


def test_its_rows_become_a_table_when_they_are_wanted(server: demo.DemoServer) -> None:
    out = GPTask(server.url_of("Viewshed"))(Input_Points=POINT, esri_out_feature_service_name="Seen")
    view = next(
        child
        for child in ResultsView(out).sections["Viewshed_Result"].children
        if isinstance(child, HostedLayerView)
    )
    assert "/Hosted/Seen/FeatureServer/0" in text_of(view)
    press(view, "Read rows")
    see(view, "1 feature")
    assert len(view.frame) == 1
    assert seen(lambda: can_press(view, "Read rows"))


def test_a_layer_that_cannot_be_read_says_why(server: demo.DemoServer) -> None:
    view = HostedLayerView(
        LayerReference("http://127.0.0.1:9/rest/services/L/FeatureServer/0"), lambda frame: []
    )
    press(view, "Read rows")
    see(view, "No connection")
