# One image for `serve` and `worker`. Build: docker build -t revrec .
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/revrec
COPY pyproject.toml README.md LICENSE ./
COPY revrec revrec
COPY api api
COPY jobs jobs
COPY reconciliation reconciliation
RUN /opt/revrec/bin/pip install --no-cache-dir --no-compile .

FROM python:3.12-slim
LABEL org.opencontainers.image.title="RevRec" \
      org.opencontainers.image.description="Revenue recognition with NetSuite journal posting" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --create-home --home-dir /data --shell /usr/sbin/nologin revrec
COPY --from=build /opt/revrec /opt/revrec
ENV PATH=/opt/revrec/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    REVREC_DATA_DIR=/data \
    REVREC_HOST=0.0.0.0 \
    REVREC_PORT=8606 \
    REVREC_LOG_FORMAT=json
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8606
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:%s/healthz' % os.environ['REVREC_PORT'], timeout=4)"]
ENTRYPOINT ["revrec"]
CMD ["serve"]
