#!/bin/sh
# pyproj 3.7.2 (PROJ 9.5.1): CRS("+proj=utm +zone=37 +ellps=bessel +towgs84=...").source_crs.to_epsg() answers with a code
# although the text names no datum: only one zone-37 system on Bessel is in the register, so it is taken, on a datum whose
# shift lies hundreds of metres from the one given. For zone 32 on "intl" it answers ED50, though Libyan systems fit as
# well. The default min_confidence of 70 lets this pass. Guess was: no datum, no code.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install pyproj==3.7.2
"$folder/venv/bin/python" - <<'PY'
import pyproj
print("pyproj", pyproj.__version__, "PROJ", pyproj.proj_version_str)
crs = pyproj.CRS("+proj=utm +zone=37 +ellps=bessel +towgs84=2,2,2")
plain = crs.source_crs
print("datum:", plain.datum.name, "| code:", plain.to_epsg())
assert plain.datum.name.startswith("Unknown") and plain.to_epsg() is not None, "CHANGED: no code without a datum now"
guessed = pyproj.CRS.from_epsg(plain.to_epsg())
def degrees(system):
    return pyproj.Transformer.from_crs(system, 4326, always_xy=True).transform(500000, 4000000)
metres = pyproj.Geod(ellps="WGS84").inv(*degrees(crs), *degrees(guessed))[2]
print("as", guessed.name, "the place is", round(metres), "m off")
assert metres > 100, "CHANGED: the guess is near now"
several = pyproj.CRS("+proj=utm +zone=32 +ellps=intl")
names = {pyproj.CRS.from_epsg(int(one.code)).datum.name for one in several.list_authority("EPSG")}
print("zone 32 on intl is", several.to_epsg(), "while these datums fit:", *sorted(names), sep="\n  ")
assert several.to_epsg() == 23032 and len(names) > 1, "CHANGED: nothing is guessed now"
PY
