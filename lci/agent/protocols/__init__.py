"""How a model asks for code to be run and is told what came of it; everything about one protocol in one file."""
