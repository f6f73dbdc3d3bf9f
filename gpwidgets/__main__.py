"""``python -m gpwidgets`` is the ``gpwidgets`` command."""

import sys

from gpwidgets.cli import main

sys.exit(main())
