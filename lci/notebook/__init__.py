"""A conversation as a Jupyter notebook: always derived from the conversation, never state of our own."""
