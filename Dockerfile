# The server for production: `aura-gql serve`, with bubblewrap for local sandboxes and the languages that they run.
FROM python:3.13-slim-bookworm AS build
WORKDIR /build
COPY requirements/ requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes --requirement requirements/build.lock \
    && python -m venv /opt/aura \
    && /opt/aura/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement requirements/server.lock
COPY pyproject.toml README.md LICENSE ./
COPY aura_gql/ aura_gql/
RUN hatchling build --target wheel && /opt/aura/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.13-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap git nodejs npm python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 aura \
    && install --directory --owner=aura --mode=0700 /data
COPY --from=build /opt/aura /opt/aura
ENV PATH=/opt/aura/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    PREVIEW_HOST=0.0.0.0 \
    DATA_DIRECTORY=/data
USER aura
WORKDIR /data
VOLUME /data
EXPOSE 8000 8001
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["aura-gql"]
CMD ["serve"]
