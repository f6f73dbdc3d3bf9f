"""One codec per data type of the wire: check what a caller gives, encode it, decode what a server sends.

Importing this package fills the table that `gpwidgets.datatypes.datatype.datatype_of` reads.
"""

from gpwidgets.datatypes import choice, composite, date, features, file, scalar, spatial, unit

__all__ = ["choice", "composite", "date", "features", "file", "scalar", "spatial", "unit"]
