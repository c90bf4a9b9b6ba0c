"""The web server, the same on a developer's machine and in production (gunicorn reads this file by its name)."""

from est_platform import environment as env

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
