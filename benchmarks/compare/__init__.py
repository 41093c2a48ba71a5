"""The same scripted jobs by others, by bare jupyter_client and by ours, in one run."""
