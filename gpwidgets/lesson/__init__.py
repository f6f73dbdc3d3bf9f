"""The lesson of 90 minutes: its gaps, and a check for each of its exercises."""

from gpwidgets.lesson.exercise_checks import check_exercise
from gpwidgets.lesson.gaps import GapLeft, fill_in

__all__ = ["GapLeft", "check_exercise", "fill_in"]
