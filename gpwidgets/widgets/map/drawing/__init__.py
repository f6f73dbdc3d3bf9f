"""Drawing on the map: the control, the shapes, and what they are drawn for."""
