"""The embedded server's REST interface: routes, operations, sign-in, faults."""
