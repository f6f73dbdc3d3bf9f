"""What a reader sees where no widget lives: a saved notebook without a kernel, a page made of it, GitHub.

Plain HTML without scripts and outside resources: the task, the values, how the run went, its messages, the
first rows of each result and a picture of the map.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.protocol.values import DataFile, RasterData
from gpwidgets.secrets import mask
from gpwidgets.tasks.inputs.environment import ENVIRONMENT, KEYWORD
from gpwidgets.tasks.results.outputs import summary
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.land import land_outlines
from gpwidgets.widgets.kit.task_header import header_html
from gpwidgets.widgets.results.incomplete import incomplete_html
from gpwidgets.widgets.runs.run_status import messages_html, state_words
from gpwidgets.widgets.words.cells import cell_text
from gpwidgets.widgets.words.run_times import began_text, duration_text

if TYPE_CHECKING:
    from gpwidgets.tasks.results.outputs import Outputs
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.runs.task_handle import TaskHandle

#: Rows and columns of a table that a reader without a kernel sees; the rest is counted.
ROWS, COLUMNS = 10, 12

_INPUT_COLOR = "#c2185b"
_RESULT_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
_TABLE = 'border="1" style="border-collapse:collapse"'


def snapshot(task: TaskHandle, inputs: Mapping[str, Any], run: Run | None) -> str:
    """Return the state of a task's form or of a run as HTML.

    Parameters
    ----------
    task
        What runs.
    inputs
        Values by parameter name; hidden texts are left out.
    run
        The latest run; None before the first.
    """
    outputs = run.outputs if run is not None else None
    parts = [header_html(task), _inputs_html(task, inputs)]
    if run is not None:
        parts.append(_run_html(run))
    parts.append(_picture(inputs, outputs))
    if outputs is not None:
        parts += [_output_html(outputs, name) for name in outputs]
    return "".join(parts)


def _inputs_html(task: TaskHandle, inputs: Mapping[str, Any]) -> str:
    rows = []
    own = {parameter.name for parameter in task.inputs}
    for parameter in task.inputs:
        if parameter.name not in inputs:
            continue
        text = "•••" if parameter.is_hidden else mask(_text(inputs[parameter.name]))
        title = escape(parameter.display_name or parameter.name)
        rows.append(f'<tr><th scope="row" align="left">{title}</th><td>{escape(text)}</td></tr>')
    for name, value in (inputs.get(KEYWORD) or {}).items() if KEYWORD not in own else ():
        title = escape(tr(ENVIRONMENT[name].display_name))
        rows.append(
            f'<tr><th scope="row" align="left">{title}</th><td>{escape(mask(_text(value)))}</td></tr>'
        )
    if not rows:
        return f"<p>{tr('No values are set.')}</p>"
    return f"<table {_TABLE}><caption>{tr('Inputs')}</caption><tbody>{''.join(rows)}</tbody></table>"


def _text(value: Any) -> str:
    if hasattr(value, "columns") or isinstance(value, DataFile | RasterData):
        return summary(value)
    text = cell_text(value)
    return text if len(text) <= 200 else text[:197] + "..."


def _run_html(run: Run) -> str:
    sign, words, _ = state_words(run)
    when = ", ".join(filter(None, (duration_text(run), began_text(run))))
    state = f"<p><b>{sign} {escape(words)}</b>, {escape(when)}</p>"
    trouble = error_html(run.error) if run.error is not None else ""
    return state + trouble + messages_html(run.messages)


def _output_html(outputs: Outputs, name: str) -> str:
    parameter = outputs.parameters.get(name)
    head = f"<h4>{escape((parameter.display_name if parameter else '') or name)}</h4>"
    if name in outputs.errors:
        return head + error_html(outputs.errors[name])
    if outputs.is_hidden(name):
        return f"{head}<p>•••</p>"
    value = outputs[name]
    note = ""
    if name in outputs.truncated:
        note = incomplete_html(outputs, name)
    if hasattr(value, "columns"):
        lines = "" if note and not len(value) else f"<p>{escape(summary(value))}</p>"
        return f"{head}{note}{lines}{_rows_html(value)}"
    return f"{head}<p>{escape(mask(_text(value)))}</p>{note}"


def _rows_html(frame: Any) -> str:
    """The first rows of a frame, without its geometry."""
    places = [place for place, kind in enumerate(frame.dtypes) if str(kind) != "geometry"]
    if not places or not len(frame):
        return ""
    shown = places[:COLUMNS]
    heads = "".join(f"<th>{escape(str(frame.columns[place]))}</th>" for place in shown)
    body = []
    for number in range(min(len(frame), ROWS)):
        cells = "".join(f"<td>{escape(cell_text(frame.iat[number, place]))}</td>" for place in shown)
        body.append(f"<tr>{cells}</tr>")
    left = [tr("{left:,} more rows", left=len(frame) - ROWS)] if len(frame) > ROWS else []
    left += [tr("{left:,} more columns", left=len(places) - COLUMNS)] if len(places) > COLUMNS else []
    more = f"<p>{tr('… and {rest}', rest=', '.join(left))}</p>" if left else ""
    return f"<table {_TABLE}><thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>{more}"


def _picture(inputs: Mapping[str, Any], outputs: Outputs | None) -> str:
    """A picture of the map, as an image so that no page takes its parts away."""
    from gpwidgets.convert.rendering.picture_text import LegendBlock, PictureText
    from gpwidgets.widgets.map.layers.layer_look import first_look
    from gpwidgets.widgets.map.layers.server_style import server_style
    from gpwidgets.widgets.map.map_picture import painted_by

    layers: list[Any] = []
    legends = []
    if outputs is not None:
        found = [outputs[name] for name in outputs if name not in outputs.errors]
        frames = [value for value in found if is_frame(value) and len(value)]
        for at, frame in enumerate(frames):
            style = server_style(frame)[0] or first_look(frame)[1]
            layers += (
                painted_by(frame, style) if style else [(frame, _RESULT_COLORS[at % len(_RESULT_COLORS)])]
            )
            legends += (
                [LegendBlock(style.title, [row[:2] for row in style.legend], style.form)] if style else []
            )
    given = [value for value in inputs.values() if is_frame(value) and len(value)]
    layers += [(one, _INPUT_COLOR) for one in given]
    if not layers:
        return ""
    from gpwidgets.convert.rendering.picture import map_picture

    drawing = map_picture(layers, land_outlines(), text=PictureText(legends=legends))
    if not drawing:
        return ""
    data = base64.b64encode(drawing.encode()).decode()
    return f'<p><img alt="{tr("Map of inputs and results")}" src="data:image/svg+xml;base64,{data}"></p>'
