"""What a model may call: offered to it, a call understood, carried out as events; one file a tool."""
