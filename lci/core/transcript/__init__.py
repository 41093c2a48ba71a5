"""What a model sees of a conversation: messages, outputs as text, fitting into a window."""
