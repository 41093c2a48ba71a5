"""Kernels of the process: how many there may be, ready ones, replay, what comes late."""
