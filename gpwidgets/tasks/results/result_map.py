"""The map service in which a server shows the results of a job."""

from __future__ import annotations

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services.map_export import export_png, full_extent
from gpwidgets.protocol.values import Extent
from gpwidgets.protocol.values.spatial import Bounds

__all__ = ["ResultMap"]

#: Web Mercator by the name that servers of every version know.
_WEB_MERCATOR = 102100


class ResultMap:
    """A result map service; speaks to ``…/MapServer/jobs/<id>`` and its ``export``.

    Parameters
    ----------
    session
        Of the task.
    url
        The map service of the job.

    Attributes
    ----------
    url : str
    """

    def __init__(self, session: GPSession, url: str) -> None:
        self._session = session
        self.url = url

    def picture(self, bounds: Bounds, size: tuple[int, int]) -> bytes:
        """Draw all results.

        Parameters
        ----------
        bounds
            West, south, east, north in degrees, EPSG:4326.
        size
            Width and height in pixels; the same shape as `bounds` in Web Mercator.

        Returns
        -------
        bytes
            A PNG file in Web Mercator (EPSG:3857) with a transparent ground.

        Raises
        ------
        GPError
            There is no picture.
        """
        from gpwidgets.convert.coordinates.boxes import mercator_box

        return export_png(self._session, self.url, mercator_box(bounds), size, wkid=_WEB_MERCATOR)

    def bounds(self) -> Bounds | None:
        """Where the results are: west, south, east, north in degrees; None when the service does not tell.

        Raises
        ------
        GPError
            The service cannot be read.
        """
        from gpwidgets.convert.coordinates.boxes import degrees_box

        try:
            return degrees_box(Extent.from_json(full_extent(self._session, self.url)))
        except ValueError:
            return None

    def __repr__(self) -> str:
        return f"<ResultMap {self.url}>"
