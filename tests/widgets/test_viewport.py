"""Where a map looks to show a box whole."""

from __future__ import annotations

import ipyleaflet
import pytest

from gpwidgets.widgets.map.drawing.measure_tool import area_text, length_text
from gpwidgets.widgets.map.layers.viewport import features_box, go_to, take_off, union, view_of


def test_a_box_across_180_degrees_is_looked_at_from_its_middle() -> None:
    (latitude, longitude), zoom = view_of((175.0, -10.0, -160.0, 10.0))
    assert (latitude, longitude) == pytest.approx((0.0, -172.5))
    assert zoom == view_of((0.0, -10.0, 25.0, 10.0))[1]


def test_a_larger_map_looks_closer() -> None:
    box = (7.0, 46.0, 8.0, 47.0)
    small, large = ipyleaflet.Map(), ipyleaflet.Map()
    large.set_state({"left": 0.0, "top": 0.0, "right": 2400.0, "bottom": 1600.0})
    go_to(small, box)
    go_to(large, box)
    assert large.zoom == small.zoom + 2
    assert list(large.center) == pytest.approx(list(small.center))
    hidden = ipyleaflet.Map()
    hidden.set_state({"left": 0.0, "top": 0.0, "right": 0.0, "bottom": 0.0})  # as in a tab that is not open
    go_to(hidden, box)
    assert hidden.zoom == small.zoom
    for one in (small, large, hidden):
        one.close()


def test_what_is_on_a_closed_map_is_not_taken_off() -> None:
    page = ipyleaflet.Map()
    layer, control = ipyleaflet.GeoJSON(), ipyleaflet.ScaleControl()
    page.add(layer)
    page.add(control)
    take_off(page, layer)
    assert layer not in page.layers
    assert control in page.controls
    page.close()
    take_off(page, control)
    assert control in page.controls


@pytest.mark.parametrize(
    ("geometry", "box"),
    [
        ({"type": "Point", "coordinates": [7, 46, 500]}, (7, 46, 7, 46)),
        ({"type": "LineString", "coordinates": [[7, 46], [8, 45]]}, (7, 45, 8, 46)),
        ({"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 5], [0, 0]]]}, (0, 0, 4, 5)),
        ({"type": "MultiPoint", "coordinates": []}, None),
        (None, None),
    ],
)
def test_the_box_of_features(geometry: dict[str, object] | None, box: tuple[float, ...] | None) -> None:
    assert features_box([{"type": "Feature", "geometry": geometry}]) == box


def test_boxes_without_numbers_count_for_nothing() -> None:
    assert union([(float("nan"),) * 4]) is None
    assert union([(float("nan"),) * 4, (1.0, 2.0, 3.0, 4.0)]) == (1.0, 2.0, 3.0, 4.0)


def test_measures_are_said_in_units_that_suit_them() -> None:
    assert [length_text(metres) for metres in (0.04, 999.9, 1000, 12_345)] == [
        *("0.0 m", "999.9 m", "1.00 km", "12.35 km"),
    ]
    assert [area_text(one) for one in (9_999, 10_000, 999_999, 2_500_000)] == [
        *("9,999.0 m²", "1.00 ha", "100.00 ha", "2.50 km²"),
    ]
