"""The inputs of a task: checked, encoded, with the tokens that layers need."""
