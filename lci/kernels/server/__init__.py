"""Kernels that run on a Jupyter Server elsewhere."""
