"""Conversations handed on as one file, taken in from one, and copied."""
