"""What a server answers: jobs, messages, errors, checks of inputs, and how a layer is drawn."""
