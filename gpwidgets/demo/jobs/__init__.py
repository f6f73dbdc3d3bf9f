"""Jobs of the embedded server, and what a tool at work can say and ask."""

from gpwidgets.former_paths import names_of

__getattr__ = names_of("gpwidgets.demo.jobs")
