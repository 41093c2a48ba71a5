"""The living objects: settings, the engine loop, one interpreter a conversation, and the registry that holds them."""
