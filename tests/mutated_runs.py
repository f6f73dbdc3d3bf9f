"""Changed documents by number: which document, which use, and what one costs."""

from __future__ import annotations

import threading
import time
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import mutated_uses as uses
from mutated_bench import PATIENCE, Bench
from mutated_documents import Document, documents
from mutated_reading import read
from mutated_uses import Use
from mutations import mutated

#: Each use, the kind of document it is for, and how many of a hundred go to it.
SHARES: tuple[tuple[Use, str, int], ...] = (
    (uses.use_form, "task", 16),
    (uses.use_default, "input", 8),
    (uses.use_job, "job", 14),
    (uses.use_submission, "job", 7),
    (uses.use_cancel, "job", 4),
    (uses.use_result, "result", 12),
    (uses.use_reply, "execute", 8),
    (uses.use_features, "features", 10),
    (uses.use_records, "features", 4),
    (uses.use_layer, "layer", 1),
    (uses.use_layer, "features", 3),
    (uses.use_kept_input, "input", 5),
    (uses.use_service, "service", 2),
    (uses.use_catalog, "catalog", 1),
    (uses.use_validation, "validate", 2),
    (uses.use_error, "error", 3),
)
_PLACES = [(use, kind) for use, kind, share in SHARES for _ in range(share)]


@dataclass(frozen=True)
class Tried:
    """One changed document, and what came of it.

    Attributes
    ----------
    seed : int
    use : str
    seconds, cpu : float
        By the clock, and of the processor (of all threads, the server's included).
    megabytes : float or None
        The most memory that was taken above what there was before; None where nothing tells.
    fault : str
        What was wrong; empty when it was understood, or refused in words.
    """

    seed: int
    use: str
    seconds: float
    cpu: float
    megabytes: float | None
    fault: str = ""

    def as_row(self) -> dict[str, Any]:
        """For a line of JSON."""
        return asdict(self)


def chosen(seed: int) -> tuple[Use, Document, Document]:
    """The use of a number, the document and the changed one."""
    use, kind = _PLACES[(seed * 37) % len(_PLACES)]  # uses are mixed, as batches should cost alike
    rows = documents()[kind]
    document = rows[(seed // len(_PLACES)) % len(rows)]
    return use, document, mutated(document, seed)


def warm_up(bench: Bench) -> None:
    """Have imported and read once what all documents share, such as the outlines of land."""
    for use, kind in ((uses.use_features, "features"), (uses.use_form, "task"), (uses.use_reply, "execute")):
        document = documents()[kind][0]
        use(bench, document, document)


def try_one(bench: Bench, seed: int) -> Tried:
    """Use the changed document of a number."""
    use, original, document = chosen(seed)
    bench.troubles.clear()
    before, started, worked = _memory("VmRSS", reset=True), time.perf_counter(), time.process_time()
    fault = ""
    try:
        use(bench, document, original)
    except Exception:
        fault = traceback.format_exc()
    _wait_for_threads()
    costs = time.perf_counter() - started, time.process_time() - worked
    peak = _memory("VmHWM")
    fault += "\n".join(bench.troubles)
    taken = peak - before if peak is not None and before is not None else None
    return Tried(seed, use.__name__, *costs, taken, fault)


def read_one(bench: Bench, seed: int) -> Tried:
    """Read the changed document of a number as far as Python values."""
    use, _, document = chosen(seed)
    bench.troubles.clear()
    started, worked = time.perf_counter(), time.process_time()
    fault = ""
    try:
        read(document)
    except Exception:
        fault = traceback.format_exc()
    costs = time.perf_counter() - started, time.process_time() - worked
    return Tried(seed, f"reading for {use.__name__}", *costs, None, fault + "\n".join(bench.troubles))


def _wait_for_threads() -> None:
    """Let what the widgets began come to its end, so that its cost and its trouble count here."""
    for thread in threading.enumerate():
        if thread.name in ("gpwidgets-connect", "gpwidgets-browse", "gpwidgets-validate", "gpwidgets-layer"):
            thread.join(PATIENCE)


def _memory(name: str, *, reset: bool = False) -> float | None:
    """Megabytes that the kernel counts for this process; with `reset`, the peak begins anew."""
    try:
        if reset:
            Path("/proc/self/clear_refs").write_text("5")
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), None)
