"""The web server, the same on a developer's machine and in production (gunicorn reads this file by its name)."""

from typing import Any

from gunicorn.glogging import Logger

from est_platform import environment as env
from est_platform.logs import without_keys

workers = env.number("WEB_WORKERS", 2)
threads = env.number("WEB_THREADS", 4)
# The program is read once and shared by the workers: a quicker start, and less memory.
preload_app = True
timeout = 120
graceful_timeout = 20
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
# Neither addresses of people nor what they searched for are written down: method, path, status, size, time.
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"


class WithoutKeys(Logger):
    """Write down every request, without the secret in an address that opens something by itself."""

    def atoms(self, *args: Any) -> dict[str, Any]:
        told: dict[str, Any] = super().atoms(*args)
        return {**told, "U": without_keys(str(told["U"]))}


logger_class = WithoutKeys
