"""A Jupyter Server that has kernels and nothing else, as gateways do; started as a program."""

from __future__ import annotations

from jupyter_server.serverapp import ServerApp


class Gateway(ServerApp):
    default_services = ("api", "auth", "kernels", "kernelspecs", "security", "sessions")


if __name__ == "__main__":
    Gateway.launch_instance()
