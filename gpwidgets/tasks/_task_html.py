"""What a task shows of itself at the end of a cell: its inputs and outputs."""

from __future__ import annotations

from gpwidgets.datatypes.registry import kind_words
from gpwidgets.html_blocks import block, paragraph, table, title
from gpwidgets.protocol.plain_text import plain_words
from gpwidgets.tasks.runs.task_handle import TaskHandle
from gpwidgets.tasks.signature import default_words, keywords
from gpwidgets.texts import tr


def task_html(task: TaskHandle) -> str:
    """Return tables of a task's inputs and outputs as HTML."""
    names = {parameter.name: name for name, parameter in keywords(task.info).items()}
    inputs = [
        (
            names.get(one.name, repr(one.name)),
            kind_words(one),
            default_words(one) or (tr("required") if one.required else tr("optional")),
            plain_words(one.description or one.display_name, 200),
        )
        for one in task.inputs
    ]
    outputs = [(one.name, kind_words(one), plain_words(one.display_name, 200)) for one in task.outputs]
    return block(
        title("GPTask", plain_words(task.info.display_name or task.name, 200)),
        paragraph(plain_words(task.info.description)),
        table(inputs, (tr("Name"), tr("Type"), tr("Default"), tr("Description")), tr("Inputs")),
        table(outputs, (tr("Name"), tr("Type"), tr("Description")), tr("Outputs")),
        paragraph(task.url.task, code=True),
    )
