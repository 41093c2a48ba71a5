"""What may leave for a model, and in what form."""
