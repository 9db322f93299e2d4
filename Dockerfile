# The steps are those of the Makefile. A workspace belongs on a volume:
#   docker run --rm -v "$PWD/watch:/watch" markhound sweep https://shop.example/
FROM debian:12-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends make openssl python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/markhound
COPY . .
RUN make setup browser && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 1000 markhound && install -d -o markhound /watch
USER markhound
ENV MARKHOUND_WORKSPACE=/watch
VOLUME /watch
ENTRYPOINT ["/opt/markhound/.venv/bin/markhound"]
CMD ["--help"]
