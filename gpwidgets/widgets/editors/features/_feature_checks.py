"""What should be looked at before features are sent, with a button that mends it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import ipywidgets as w

from gpwidgets.datatypes.feature_counts import counted
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import status_html, text_button
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.late_looks import Section
from gpwidgets.widgets.kit.owner import replace_children

#: Vertices from which simplifying is offered, and from which it is advised.
_MANY, _TOO_MANY = 2_000, 100_000
#: Bytes from which a request is called large; web servers often stop at 30 MB.
_LARGE = 10_000_000
#: Frames of fewer vertices are looked over at once, larger ones beside the kernel's work.
_AT_ONCE = 50_000


class FeatureChecks(Section):
    """Remarks on a frame that is the value of an input; nothing is shown while all is well.

    Parameters
    ----------
    replace
        Called with the frame that a repair has made.
    """

    def __init__(self, replace: Callable[[Any], None]) -> None:
        self._replace = replace
        self._frame: Any = None
        self._examined: tuple[Any, Any] = (None, None)
        self._before: Any = None
        self._done = ""
        self._mending = Binding()
        self._working = self.own(Background("gpwidgets-checks", failed=self.show_error))
        super().__init__(_dom_classes=("gpw-checks",))

    # Each control is made for the first remark that needs it; most inputs never have one.

    @cached_property
    def tolerance(self) -> w.BoundedFloatText:
        """How far a line may move, in metres."""
        return self.own(
            w.BoundedFloatText(
                value=10.0,
                min=0.01,
                max=1e6,
                description=tr("to within (m)"),
                tooltip=tr("No line moves by more than so many metres"),
                layout=w.Layout(width="190px"),
            )
        )

    @cached_property
    def simplify(self) -> w.Button:
        """Leaves vertices out."""
        return self._button(tr("Simplify"), tr("Leave out vertices that change little"), self._simplify)

    @cached_property
    def valid(self) -> w.Button:
        """Mends shapes that cross themselves."""
        return self._button(
            tr("Make valid"), tr("Mend what crosses itself"), lambda: self._mend("valid_frame")
        )

    @cached_property
    def drop(self) -> w.Button:
        """Leaves features without a place out."""
        return self._button(
            tr("Leave them out"), tr("Send the others only"), lambda: self._mend("without_empty")
        )

    @cached_property
    def split(self) -> w.Button:
        """Cuts shapes at 180 degrees."""
        return self._button(tr("Split there"), tr("Cut at 180 degrees"), lambda: self._mend("split_crossing"))

    @cached_property
    def back(self) -> w.Button:
        """Takes the last repair back."""
        return self._button(tr("Take back"), tr("Put the features back as they were"), self._take_back)

    def _button(self, words: str, tooltip: str, act: Callable[[], None]) -> w.Button:
        button: w.Button = self.own(text_button(words, "", tooltip, act))
        return button

    def look(self, value: Any) -> None:
        """Look a value over; anything but a frame has no remarks."""
        if value is self._frame and self._working.working:
            return
        is_frame = hasattr(value, "geom_type")
        if value is not self._frame and not self._mending.silent:
            self.forget()
        self._frame = value if is_frame else None
        if not is_frame or not len(value):
            self._before, self._done = None, ""
            self._working.forget()
            self._show()
        elif self._examined[0] is value:
            self._working.forget()
            self._show_remarks(value, self._examined[1])
        else:
            from gpwidgets.convert.user_input.checks import examine

            self._beside(value, lambda: examine(value), lambda found: self._show_remarks(value, found))

    @guarded
    def _beside(self, frame: Any, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Do quick work now, and slow work beside the kernel."""
        from gpwidgets.convert.user_input.checks import vertices_of

        if vertices_of(frame) < _AT_ONCE:
            self._working.forget()
            then(work())
        else:
            self._working.start(work, then)

    def _show_remarks(self, frame: Any, found: Any) -> None:
        self._examined = (frame, found)
        rows = []
        if found.invalid:
            reason = found.reason.replace("[", tr(" at ")).rstrip("]")
            words = tr("{shapes} not valid: {reason}.", shapes=counted(found.invalid, "shape"), reason=reason)
            rows.append(_row(_remark(words), self.valid))
        if found.empty:
            rows.append(
                _row(
                    _remark(tr("{shapes} without a place.", shapes=counted(found.empty, "feature"))),
                    self.drop,
                )
            )
        if found.crossing:
            words = tr(
                "{shapes} with an edge across 180 degrees of longitude.",
                shapes=counted(found.crossing, "shape"),
            )
            rows.append(_row(_remark(words), self.split))
        if found.system:
            rows.append(_row(_remark(found.system)))
        if found.vertices > _MANY:
            rows.append(_row(_size_words(found), self.tolerance, self.simplify))
        if self._done:
            rows.append(_row(_said(self._done), self.back))
        self._show(*rows)

    def _mend(self, name: str) -> None:
        from gpwidgets.convert.user_input import checks

        words = {
            "valid_frame": tr("Made valid."),
            "without_empty": tr("Left out."),
            "split_crossing": tr("Split at 180 degrees."),
        }
        self._change(getattr(checks, name), lambda _before, _after: words[name])

    def _simplify(self) -> None:
        from gpwidgets.convert.user_input.checks import simplify_frame, vertices_of

        metres = self.tolerance.value
        self._change(
            lambda frame: simplify_frame(frame, metres),
            lambda before, after: tr(
                "Simplified to within {metres:g} m: {before:,} vertices before, {after:,} now.",
                metres=metres,
                before=vertices_of(before),
                after=vertices_of(after),
            ),
        )

    def _change(self, repair: Callable[[Any], Any], words: Callable[[Any, Any], str]) -> None:
        frame = self._frame

        def use(after: Any) -> None:
            self._done = words(frame, after)
            self._before = frame
            with self._mending.silently():
                self._replace(after)

        self._beside(frame, lambda: repair(frame), use)

    def _take_back(self) -> None:
        before, self._before, self._done = self._before, None, ""
        self._replace(before)

    def _show(self, *rows: w.Widget) -> None:
        replace_children(self, rows)

    def forget(self) -> None:
        """Say no more of what has been mended: something else has been given."""
        self._before, self._done = None, ""

    def show_error(self, error: Exception) -> None:
        """Show why it could not be mended."""
        self._show(w.HTML(error_html(error)))

    def __repr__(self) -> str:
        return f"<FeatureChecks: {len(self.children)} remarks>"


def _size_words(found: Any) -> w.HTML:
    words = tr(
        "{vertices:,} vertices, about {megabytes:.1f} MB to send.",
        vertices=found.vertices,
        megabytes=found.size / 1e6,
    )
    if found.size > _LARGE:
        words += tr(" Many servers take no more than 30 MB.")
    return _remark(words) if found.size > _LARGE or found.vertices > _TOO_MANY else _said(words, "")


def _remark(text: str) -> w.HTML:
    return w.HTML(status_html(text, look="gpw-remark gpw-warning", sign="⚠"))


def _said(text: str, sign: str = "✔") -> w.HTML:
    return w.HTML(status_html(text, sign=sign))


def _row(*parts: w.Widget) -> w.HBox:
    return w.HBox(list(parts), layout=w.Layout(flex_flow="row wrap", align_items="center"))
