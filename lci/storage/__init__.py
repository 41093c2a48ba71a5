"""The log and the blobs on disk."""
