"""Files that users and servers give: of which kind they are, and reading them with GDAL's doors shut."""
