# docker build --tag audience-mock . && docker run --rm --publish 8080:8080 audience-mock
#
# It prints its admin token, which /_mock asks for; AUDIENCE_MOCK_ADMIN_TOKEN sets one. Further options go behind
# `serve --host 0.0.0.0`; where it is asked by another name than localhost, that is `--allowed-host NAME`.
FROM python:3.11-slim
WORKDIR /srv
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY openapi openapi
COPY mockserver mockserver
COPY conformance conformance
RUN python -m pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt .
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=2s --timeout=3s --start-period=10s --retries=5 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/_mock/health', timeout=2)"]
ENTRYPOINT ["audience-mock"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
