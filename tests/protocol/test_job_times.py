"""Start, end and duration of jobs, from what servers of all versions write into messages."""

from datetime import UTC, datetime

import pytest

from gpwidgets.protocol.enums import MessageType
from gpwidgets.protocol.responses.job_times import JobTimes
from gpwidgets.protocol.responses.replies import GPMessage


def times(*texts: str) -> JobTimes:
    return JobTimes.from_messages(GPMessage(MessageType.INFORMATIVE, text) for text in texts)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Succeeded at Friday, December 16, 2022 6:05:53 PM (Elapsed Time: 22.04 seconds)", 22.04),
        ("Failed at Tuesday, July 22, 2025 9:20:27 AM (Elapsed Time: 0.96 seconds)", 0.96),
        ("End Time: Thu Jul 05 16:36:26 2007 (Elapsed Time: 1.00 seconds)", 1.0),
        ("Succeeded at Tue Mar  7 09:37:18 2023 (Elapsed Time: 3 minutes 20 seconds)", 200.0),
        ("Succeeded at Tue Mar  7 09:37:18 2023 (Elapsed Time: 1 hours 2 minutes 3 seconds)", 3723.0),
        ("Succeeded (Elapsed Time: 0.50 seconds)", 0.5),
        ("Erfolgreich um Dienstag, 7. März 2023 09:37:18 (Verstrichene Zeit: 9,47 Sekunden)", 9.47),
        ("Erfolgreich um … (Verstrichene Zeit: 2 Stunden 1 Minuten)", 7260.0),
        ("Réussi à mardi 7 mars 2023 09:37:18 (temps écoulé : 9,47 secondes)", 9.47),
        ("Finalizado correctamente en … (Tiempo transcurrido: 1 minutos 5 segundos)", 65.0),
        ("Succeeded.", None),
        ("Read 5 rows (distance: 5 kilometers)", None),
        ("Read 5 rows (distance: 5 meters)", None),
        ("(a: 1 )" * 40, None),
    ],
)
def test_durations(text: str, seconds: float | None) -> None:
    assert times("Submitted.", text).seconds == seconds


def test_the_clock_of_the_server_is_quoted_and_not_taken_for_ours() -> None:
    found = times(
        "Submitted.",
        "Start Time: Friday, December 16, 2022 6:05:31 PM",
        "Start Time: Friday, December 16, 2022 6:05:32 PM",
        "Succeeded at Friday, December 16, 2022 6:05:53 PM (Elapsed Time: 21.18 seconds)",
        "Succeeded at Friday, December 16, 2022 6:05:53 PM (Elapsed Time: 22.04 seconds)",
    )
    assert found == JobTimes(
        "Friday, December 16, 2022 6:05:31 PM", "Friday, December 16, 2022 6:05:53 PM", None, None, 22.04
    )


def test_a_clock_that_names_its_zone_is_known() -> None:
    found = times("Start Time: Friday, December 16, 2022 18:05:31 UTC")
    assert found.started == datetime(2022, 12, 16, 18, 5, 31, tzinfo=UTC)
    assert (found.ended, found.seconds) == (None, None)


@pytest.mark.parametrize(("hour", "half", "known"), [("12", "AM", 0), ("12", "PM", 12), ("11", "PM", 23)])
def test_hours_of_half_a_day(hour: str, half: str, known: int) -> None:
    found = times(f"Start Time: Friday, December 16, 2022 {hour}:05:31 {half} UTC")
    assert found.started is not None
    assert found.started.hour == known


def test_the_span_between_start_and_end_where_no_duration_is_told() -> None:
    assert (
        times("Start Time: Thu Jul 05 16:36:25 2007", "End Time: Thu Jul 05 16:39:26 2007").seconds == 181.0
    )


@pytest.mark.parametrize(
    "text", ["Start Time: ", "Start Time: Fri Foo 99 99:99:99 2011", "Start Time: Fri Feb 31 10:00:00 2011"]
)
def test_what_is_no_time_stays_unknown(text: str) -> None:
    assert times(text).started is None
    assert times(text).seconds is None
