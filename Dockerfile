# One image for every role: web, worker, beat, clock. The command says which (docker-compose.yml).
FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY pyproject.toml /tmp/pyproject.toml
# Dependencies by themselves, so that a change of our code does not install them again.
RUN python -c "import tomllib; p = tomllib.load(open('/tmp/pyproject.toml', 'rb'))['project']; print('\n'.join(p['dependencies'] + p['optional-dependencies']['s3'] + p['optional-dependencies']['media'] + p['optional-dependencies']['barcodes']))" > /tmp/requirements.txt \
    && /opt/venv/bin/pip install -r /tmp/requirements.txt

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home heng && mkdir /state && chown heng /state
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings HENG_STATE=/state STATIC_ROOT=/app/static-collected
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY . .
# Compiled and collected at build time: the running image writes only to /state and /tmp. Bytecode too, since what runs as heng
# could not keep it, and every look at a container's health is a new process.
RUN HENG_DEMO=1 python -m config.prepare compile_catalogues collectstatic && python -m compileall -q .
USER heng
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", "60", "--max-requests", "20000", "--max-requests-jitter", "2000", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
