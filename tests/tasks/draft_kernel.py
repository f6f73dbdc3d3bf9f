"""A kernel that keeps drafts of forms until it is killed: ``python draft_kernel.py URL NOTEBOOK WORD``."""

import itertools
import sys
import time

import gpwidgets as gp
from gpwidgets.tasks.journal.draft_store import current_drafts
from gpwidgets.tasks.journal.drafts import DraftWriter


def main(url: str, notebook: str, word: str) -> None:
    """Write one draft after the other, each with two values that belong together, and say so."""
    task, store = gp.GPTask(url), current_drafts()
    assert store is not None
    writer = DraftWriter(task, store.largest)
    path = store.path(notebook, url)
    for number in itertools.count():
        values = {"Input_Long": number, "Input_String": f"{word}{number} " * 4000}
        store.save(path, writer.draft(task.check(values), time.time()))
        if number == 3:
            print("writing", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
