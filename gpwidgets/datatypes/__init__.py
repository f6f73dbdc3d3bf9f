"""What a data type is: one class for checking, sending, reading and showing its values."""
