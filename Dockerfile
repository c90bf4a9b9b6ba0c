# One image for web server, worker, clock and migrations: docker-compose.yml starts each with its own command.
FROM python:3.12-slim

RUN useradd --system --uid 10001 --create-home est \
    && install --directory --owner est --group est /srv/est /srv/data /srv/data/uploads /srv/data/beat
USER est
WORKDIR /srv/est
ENV PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/srv/est/staticfiles \
    MEDIA_ROOT=/srv/data/uploads

# The packages change seldom: they get a layer of their own, made by the same set-up developers and tests use.
COPY --chown=est requirements*.lock package.json package-lock.json .npmrc ./
COPY --chown=est script script
COPY --chown=est est_platform/launcher est_platform/launcher
RUN script/setup --no-services && rm -rf ~/.npm ~/.cache

# The code; a second set-up finds the packages unchanged and compiles the translations.
COPY --chown=est . .
RUN script/setup --no-services \
    && SECRET_KEY=unused DATABASE_URL=postgresql://unused REDIS_URL=redis://unused \
       .venv/bin/python manage.py collectstatic --no-input --verbosity 0

EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s \
    CMD [".venv/bin/python", "est_platform/launcher/healthy.py"]
CMD [".venv/bin/python", "-m", "gunicorn", "--bind", "0.0.0.0:8000", "est_platform.wsgi"]
