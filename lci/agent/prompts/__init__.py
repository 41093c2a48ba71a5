"""Sentences for the model, by purpose."""
