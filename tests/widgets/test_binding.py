"""Controls that are written into and followed at once, without hearing themselves."""

from __future__ import annotations

from threading import Event, Thread

import ipywidgets as w
import pytest

from gpwidgets.widgets.kit.binding import Binding


def test_what_is_written_silently_is_not_heard() -> None:
    binding, box, heard = Binding(), w.Text(), []
    binding.follow(box, lambda change: heard.append(change["new"]))
    with binding.silently():
        assert binding.silent
        box.value = "written"
    assert not binding.silent
    assert box.value == "written"
    box.set_state({"value": "typed"})
    assert heard == ["typed"]


def test_silence_in_silence_lasts_until_the_outer_one_ends() -> None:
    binding, box, heard = Binding(), w.Text(), []
    binding.follow(box, heard.append, "description")
    with binding.silently():
        with binding.silently():
            box.description = "a"
        box.description = "b"
    assert heard == []
    box.description = "c"
    assert len(heard) == 1


def test_it_ends_with_an_error() -> None:
    binding = Binding()
    with pytest.raises(ValueError, match="no"), binding.silently():
        raise ValueError("no")
    assert not binding.silent


def test_what_a_user_types_meanwhile_is_heard() -> None:
    binding, box, heard = Binding(), w.Text(), []
    binding.follow(box, lambda change: heard.append(change["new"]))
    silent, typed = Event(), Event()

    def write() -> None:
        with binding.silently():
            silent.set()
            assert typed.wait(30)
            box.value = "written"

    writer = Thread(target=write)
    writer.start()
    assert silent.wait(30)
    box.set_state({"value": "typed"})
    typed.set()
    writer.join()
    assert heard == ["typed"]
    assert box.value == "written"


def test_two_bindings_do_not_hush_each_other() -> None:
    mine, other, box, heard = Binding(), Binding(), w.Text(), []
    mine.follow(box, heard.append)
    with other.silently():
        box.value = "a"
    assert len(heard) == 1
