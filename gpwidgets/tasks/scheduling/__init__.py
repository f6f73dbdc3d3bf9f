"""When the next step of each live run is due, the threads that take it, and the places at a server."""
