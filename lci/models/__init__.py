"""Language models behind one Protocol: Chat Completions, and the built-in analyst."""
