"""Files that users and servers give: of which kind they are, and reading them with GDAL's doors shut."""

from gpwidgets.former_paths import names_of

__getattr__ = names_of("gpwidgets.convert.files")
