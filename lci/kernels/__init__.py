"""Code execution behind one Protocol: ipykernel over ipc, isolated where the machine can."""
