# One image for every process of hookline: `docker build -t hookline .`, then `docker run --rm hookline help`.
# BASE is any Debian with Node 24 or newer and npm; git and certificates are added where it has none.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS packages
WORKDIR /opt/hookline
COPY package.json package-lock.json .npmrc ./
# The optional packages are Node itself, which BASE has, and native accelerators that nothing needs.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM ${BASE}
RUN { command -v git && test -e /etc/ssl/certs/ca-certificates.crt; } >/dev/null \
  || { apt-get update && apt-get install -y --no-install-recommends ca-certificates git && rm -rf /var/lib/apt/lists/*; }
WORKDIR /opt/hookline
COPY --from=packages /opt/hookline/node_modules node_modules
COPY package.json LICENSE ./
COPY pipelines pipelines
COPY runners runners
COPY src src
ENV NODE_ENV=production MALLOC_ARENA_MAX=1 HOOKLINE_DATA_DIR=/var/lib/hookline
# A number, so that an orchestrator can see that it is not root. A new volume on the data directory is that user's too.
RUN install -d -o 10001 -g 10001 -m 711 /var/lib/hookline node_modules/.cache
USER 10001:10001
# Loads every command once, so that the image has what src/cli/hookline.js keeps from start to start. It is kept per
# user, and only that user can write it.
RUN node src/cli/hookline.js help
ENTRYPOINT ["node", "--max-semi-space-size=4", "--max-old-space-size=1024", "/opt/hookline/src/cli/hookline.js"]
CMD ["help"]
