"""Stand-ins that tests and examples use instead of patching: a scripted model, kernel and OpenAI-compatible server."""
