"""What the person set: the configuration file, keys, the environment."""
