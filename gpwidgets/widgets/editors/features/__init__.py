"""The editor of features, its checks and its questions."""
