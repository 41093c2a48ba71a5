"""The loop: ask the model, run its code, give back what came out, until there is an answer."""
