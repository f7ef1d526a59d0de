# Two images out of one file; nothing in them runs as root.
#   docker build --target cli -t formreader-cli .         the command line
#   docker run --rm -v "$PWD:/data:ro" formreader-cli read photo.jpg
#   docker build -t formreader .                          server and workers of the recap service: compose.yaml
# PYTHON may be any image of Debian with python and pip.
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
WORKDIR /build
COPY pyproject.toml hatch_build.py constraints.txt README.md LICENSE NOTICE ./
COPY src src
COPY models models
RUN pip wheel --no-cache-dir --constraint constraints.txt --wheel-dir /wheels '.[serve,postgres,heic,parquet]'

FROM ${PYTHON} AS base
# The distribution keeps one version of these; an older one cannot be had.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-ind \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 reader

# Of the wheels of the build stage, which constraints.txt names, there is one version each.
FROM base AS cli
# hadolint ignore=DL3013
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels 'formreader[heic]'
USER 1000
WORKDIR /data
ENTRYPOINT ["formreader"]
CMD ["--help"]

FROM base AS service
# hadolint ignore=DL3013
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels 'formreader[serve,postgres,heic,parquet]' \
    && install -d -o reader /run-data
USER 1000
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["formreader"]
CMD ["--help"]
