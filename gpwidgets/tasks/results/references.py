"""Results as a server has them, for the next task: nothing passes through this kernel."""

from __future__ import annotations

from typing import Any

from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.errors import GPError
from gpwidgets.protocol.names import python_name
from gpwidgets.protocol.values import DataFile, LayerReference, RasterData
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.texts import tr

__all__ = ["by_reference"]


def by_reference(outputs: Outputs, name: str) -> Any:
    """Name a result by its address, as an input of another task.

    The task's server reads it from there, so that large results are neither fetched nor sent.

    Parameters
    ----------
    outputs
        Of a run.
    name
        An output with features, a file or a raster.

    Returns
    -------
    LayerReference, DataFile or RasterData
        Features are a layer of the map service that some servers publish for each job.

    Raises
    ------
    GPError
        There is no address: the service publishes no map of its results, the task answered at once, or the
        output is a plain value.

    Notes
    -----
    Names ``…/MapServer/jobs/<id>/<number>``, whose layers have the order of the outputs with features.
    Servers keep results for a while only. Another server may not be allowed to read them.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> spots = gp.GPTask(server.url_of("HotSpots"))()
    >>> gp.by_reference(spots, "Hot_Spots").url.endswith("/0")
    True
    """
    known = {spelt: one for one in outputs.parameters for spelt in (one, python_name(one))}
    name = known.get(name, name)
    value = outputs[name]
    if isinstance(value, LayerReference | DataFile | RasterData):
        return value
    kinds = {one: datatype_of(described) for one, described in outputs.parameters.items()}
    layers = [one for one, kind in kinds.items() if kind.is_set and kind.is_spatial]
    if name not in layers:
        raise GPError(tr("{name} is no layer and no file; give its value itself.", name=name))
    shown = outputs.result_map
    if shown is None:
        raise GPError(
            tr(
                "The server publishes no map of the results, so {name} has no address there; give its "
                "features themselves.",
                name=name,
            )
        )
    return LayerReference(f"{shown.url}/{layers.index(name)}")
