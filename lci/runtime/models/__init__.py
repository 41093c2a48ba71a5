"""Configured models made usable: what is known of them, what they cost."""
