"""How a kernel process is started: inside bubblewrap, or as a plain child."""
