"""When the next step of each live run is due, and the threads that take it."""
