# Server and workers of the recap service, and the command line: one image, nothing in it runs as root.
#   docker build -t formreader .
#   docker run --rm -v "$PWD:/data" formreader read photo.jpg
FROM python:3.12-slim AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY models models
RUN pip wheel --no-cache-dir --wheel-dir /wheels '.[serve,postgres,heic,parquet]'

FROM python:3.12-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-ind \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 reader \
    && install -d -o reader /run-data
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels 'formreader[serve,postgres,heic,parquet]'
USER reader
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["formreader"]
CMD ["--help"]
