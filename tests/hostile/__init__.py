"""Attempts of files, kernels and servers to harm the app: each with what a person sees, and the next turn."""
