"""How long a cell waits for widgets that speak to servers while they are made.

A form that is there when its cell ends is what users expect; a cell that stands still for a server that does
not answer is not. So making a widget waits for a moment, and what takes longer goes on beside the cell.
"""

from __future__ import annotations

import math
import threading
import time

from gpwidgets.widgets.kit.background import Job

__all__ = ["wait_a_moment"]

#: Seconds that all widgets made one after the other wait together for servers that are slow.
MOST = 3.0
#: Seconds that each waits, even after others have used up all patience.
LEAST = 0.2
#: Seconds after which there is patience again.
RECOVERY = 5.0
#: Seconds that building a form from an answer may take; it waits for nobody then.
BUILDING = 60.0

_lock = threading.Lock()
_spent = 0.0
_last = -math.inf


def wait_a_moment(asked: Job) -> bool:
    """Wait for a server that is asked; return whether its answer is shown.

    Parameters
    ----------
    asked
        Once the server has answered, it is waited for what is made of the answer, too.
    """
    global _spent, _last
    with _lock:
        if time.monotonic() - _last > RECOVERY:
            _spent = 0.0
        left = max(LEAST, MOST - _spent)
    began = time.monotonic()
    answered = asked.wait_for_answer(left)
    with _lock:
        _last = time.monotonic()
        _spent += _last - began
    return asked.wait(BUILDING if answered else 0.0)
