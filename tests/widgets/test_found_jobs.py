"""A job that was found shows its server's times everywhere: status, list of runs, history, saved page."""

from collections.abc import Callable

import pytest
from widget_tools import fill, plain, press, see, text_of

import gpwidgets as gp
from gpwidgets import demo

LOCAL = [
    "Start Time: Friday, December 16, 2022 6:05:31 PM",
    "Succeeded at Friday, December 16, 2022 6:09:53 PM (Elapsed Time: 4 minutes 22.04 seconds)",
]


@pytest.fixture
def find(own_history: object) -> Callable[[list[str]], str]:
    """`find(messages)`: the address of a job that has ended with these, unknown to the history."""
    with demo.serve() as server:

        def tool(number: int = 1) -> int:
            """Hand a number back."""
            return number

        url = server.publish(tool, name="Told", output="Number", asynchronous=True)

        def make(texts: list[str]) -> str:
            run = gp.GPTask(url).start(Number=1)
            run.wait(30)
            server.jobs.last.messages[:] = [
                {"type": "esriJobMessageTypeInformative", "description": text} for text in texts
            ]
            gp.history().clear()
            assert run.job_url is not None
            return run.job_url

        yield make


def test_the_times_of_the_server_are_shown_everywhere(find) -> None:
    form = gp.TaskWidget(find(LOCAL))
    see(form, "4 min 22 s")
    for text in (text_of(form), plain(form.snapshot())):
        assert "4 min 22 s" in text
        assert "began Friday, December 16, 2022 6:05:31 PM by the server's clock" in text
        assert "0.0 s" not in text
    runs = gp.HistoryWidget()
    see(runs, "took 4 min 22 s")
    assert "began Friday, December 16, 2022 6:05:31 PM by the server's clock" in text_of(runs)
    fill(form, "Number", "2", enter=True)
    press(form, "Run")
    see(form, "Earlier runs of this form (1)")
    assert (
        "Succeeded began Friday, December 16, 2022 6:05:31 PM by the server's clock, 4 min 22 s"
        in text_of(form)
    )


def test_unknown_is_said_as_unknown(find) -> None:
    url = find(["Submitted.", "Succeeded."])
    view = gp.RunWidget(gp.attach(url))
    see(view, "duration not known")
    form = gp.TaskWidget(url)
    see(form, "duration not known")
    runs = gp.HistoryWidget()
    see(runs, "duration not known")
    for text in (text_of(view), text_of(form), form.snapshot(), text_of(runs)):
        assert "duration not known" in text
        assert "0.0 s" not in text
