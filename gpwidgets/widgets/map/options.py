"""What a user can set for all widgets of a kernel."""

from __future__ import annotations

from typing import Any

import traitlets

__all__ = ["Options", "options"]


class Options(traitlets.HasTraits):
    """Settings for all widgets made from now on in this kernel; ``gpwidgets.options`` is the one object.

    Attributes
    ----------
    basemap : str or xyzservices.TileProvider
        What lies below inputs and results on a map: a name that xyzservices knows, the address of tiles with
        ``{z}``, ``{x}`` and ``{y}`` in it, or ``"offline"`` (or None) for the base map that comes with the
        package and asks no server. An address with a key in it is refused with a ValueError: it would be
        saved in the notebook.
    autosave : bool
        Whether what is entered in a form is kept on this computer, so that it is back when its cell runs
        again. ``GPWIDGETS_AUTOSAVE=off`` in the environment of the kernel does the same as False.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> gp.options.basemap = "OpenStreetMap.Mapnik"
    >>> gp.options.basemap = "https://tiles.example.com/{z}/{x}/{y}.png"
    >>> gp.options.basemap = "offline"
    >>> gp.options.basemap = "Esri.WorldTopoMap"
    >>> gp.options.autosave
    True
    """

    basemap: traitlets.Any = traitlets.Any("Esri.WorldTopoMap", help="What lies below everything on a map.")

    autosave: traitlets.Bool[bool, bool | int] = traitlets.Bool(
        True, help="Whether what is entered in a form is kept on this computer."
    )

    @traitlets.validate("basemap")
    def _known(self, proposal: Any) -> Any:
        from gpwidgets.widgets.map.tile_sources import tiles_of

        tiles_of(proposal["value"])
        return proposal["value"]

    def __repr__(self) -> str:
        return f"<Options: basemap={self.basemap!r}, autosave={self.autosave}>"


options: Options = Options()
