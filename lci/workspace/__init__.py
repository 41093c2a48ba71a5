"""The folder a conversation works in: its files, resolved safely beneath its root, and what can be shown of them."""
