"""What all widgets of the package share."""
