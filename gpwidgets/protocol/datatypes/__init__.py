"""One codec per data type of the wire: check what a caller gives, encode it, decode what a server sends.

Importing this package fills the table that `gpwidgets.protocol.datatypes.base.datatype_of` reads.
"""

from gpwidgets.protocol.datatypes import (
    choices,
    composite,
    dates,
    features,
    files,
    quantities,
    scalars,
    spatial,
)

__all__ = ["choices", "composite", "dates", "features", "files", "quantities", "scalars", "spatial"]
