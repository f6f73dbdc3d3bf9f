"""What old servers do not take is written the way they do, or refused in words."""

import pytest

from gpwidgets import LinearUnit
from gpwidgets.errors import InputErrors
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.tasks.inputs.encoding import Encoder

INFO = TaskInfo(
    "T",
    parameters=(
        GPParameter("Long", "GPLong"),
        GPParameter("Double", "GPDouble"),
        GPParameter("Width", "GPLinearUnit"),
        GPParameter("Longs", "GPMultiValue:GPLong"),
    ),
)


@pytest.mark.parametrize("version", [None, 11.2, 12.0])
def test_new_servers_take_large_whole_numbers(version: float | None) -> None:
    encoder = Encoder(INFO, version=lambda: version)
    assert encoder.form({"Long": 2**40, "Longs": [2**31]}) == {"Long": str(2**40), "Longs": f"[{2**31}]"}


@pytest.mark.parametrize(
    ("given", "word"),
    [({"Long": 2**31}, "large"), ({"Long": -(2**31) - 1}, "small"), ({"Longs": [1, 2**31]}, "large")],
)
def test_servers_before_11_2_do_not(given: dict[str, object], word: str) -> None:
    encoder = Encoder(INFO, version=lambda: 11.1)
    with pytest.raises(InputErrors, match=f"too {word} for this server"):
        encoder.form(given)
    assert encoder.form({"Long": -(2**31)}) == {"Long": str(-(2**31))}


def test_what_every_server_takes_asks_for_no_version() -> None:
    def never() -> float:
        raise AssertionError("asked")

    fields = Encoder(INFO, version=never).form(
        {"Long": 2**31 - 1, "Double": 1e12, "Width": LinearUnit(3, "ft")}
    )
    assert fields["Width"] == '{"distance":3,"units":"esriFeet"}'


def test_international_units_are_metres_to_servers_that_do_not_know_them() -> None:
    given = {"Width": LinearUnit(1, "esriIntMiles")}
    assert (
        Encoder(INFO, version=lambda: 10.91).form(given)["Width"]
        == '{"distance":1609.344,"units":"esriMeters"}'
    )
    assert Encoder(INFO, version=lambda: 11.5).form(given)["Width"] == '{"distance":1,"units":"esriIntMiles"}'
