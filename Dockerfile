# docker build --tag audience-mock . && docker run --rm --publish 8080:8080 audience-mock
#
# It prints its admin token, which /_mock asks for; AUDIENCE_MOCK_ADMIN_TOKEN sets one. Each option has a variable
# (AUDIENCE_MOCK_ALLOWED_HOST, AUDIENCE_MOCK_STORE, ...), and can be given behind `serve` as well.
# --build-arg EXTRAS=sql,suite adds the conformance suite: docker run --entrypoint audience-conformance audience-mock ...
#
# The digest is that of 3.11.16 on Debian 13; `docker buildx imagetools inspect python:3.11-slim` prints the current one.
FROM python:3.11-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7
ARG EXTRAS=sql
WORKDIR /srv
COPY pyproject.toml constraints.txt README.md LICENSE audience_mock_launcher.py ./
COPY audience_mock_pytest audience_mock_pytest
COPY openapi openapi
COPY mockserver mockserver
COPY conformance conformance
# The option binds what is installed. The environment of its own in which pip builds the package is bound by a variable:
# PIP_BUILD_CONSTRAINT since pip 25.3, PIP_CONSTRAINT before.
RUN PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
    python -m pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt ".[$EXTRAS]"
ENV AUDIENCE_MOCK_HOST=0.0.0.0
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=2s --timeout=3s --start-period=10s --retries=5 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/_mock/health', timeout=2)"]
ENTRYPOINT ["audience-mock"]
CMD ["serve", "--port", "8080"]
