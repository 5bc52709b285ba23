/** A whole file for each page, in which its key does something that one would want. */
export const pageExamples: Readonly<Record<string, string>> = {
  include: `include: ci/jobs.yml
image: node:24-bookworm-slim
jobs:
  test:
    steps: [npm ci, npm test]
`,
  on: `on:
  push:
    branches: [main, 'release/*']
    tags: ['v*']
  pull_request: true
  schedule:
    - cron: '0 3 * * 1-5'
      timezone: Europe/Paris
image: node:24-bookworm-slim
steps:
  - npm test
`,
  env: `image: python:3.10
env:
  PYTHON: '3.10'
  PIP_NO_CACHE_DIR: true
steps:
  - pip install -r requirements.txt
  - python -m pytest
`,
  image: `image: node:24-bookworm-slim
jobs:
  test:
    steps: [npm test]
  lint:
    image: alpine/shellcheck:stable
    steps: [shellcheck scripts/*.sh]
`,
  checkout: `image: node:24-bookworm-slim
checkout:
  submodules: true
  lfs: true
  depth: all
jobs:
  test:
    steps:
      - git describe --tags
      - npm test
  smoke:
    checkout: false
    steps:
      - node --version
`,
  concurrency: `concurrency:
  supersede: true
image: node:24-bookworm-slim
steps:
  - npm test
`,
  jobs: `image: node:24-bookworm-slim
jobs:
  test:
    matrix:
      node: [20, 22, 24]
    image: node:{matrix.node}-bookworm-slim
    steps:
      - npm ci
      - npm test
  build:
    needs: test
    timeout: 15m
    steps:
      - npm ci
      - npm run build
    artifacts:
      - name: app
        paths: dist
`,
  templates: `templates:
  node:
    image: node:24-bookworm-slim
    env:
      CI: 'true'
    cache:
      - key: npm-{checksum:package-lock.json}
        paths: [~/.npm]
jobs:
  test:
    extends: node
    steps: [npm ci, npm test]
  lint:
    extends: node
    timeout: 5m
    steps: [npm ci, npm run lint]
`,
  secrets: `image: node:24-bookworm-slim
secrets: [NPM_TOKEN]
steps:
  - npm ci
  - npm publish
`,
  timeout: `image: node:24-bookworm-slim
timeout: 1h
jobs:
  test:
    timeout: 10m
    steps: [npm test]
  browser:
    steps: [npm run test:browser]
`,
  no_output_timeout: `image: maven:3-eclipse-temurin-21
no_output_timeout: 10m
steps:
  - mvn --batch-mode verify
`,
  resources: `image: maven:3-eclipse-temurin-21
resources:
  memory: 3g
  cpus: 2
  disk: 10g
steps:
  - mvn --batch-mode verify
`,
  network: `image: node:24-bookworm-slim
network: none
steps:
  - node --test
`,
  services: `image: node:24-bookworm-slim
services:
  cache: redis:7
  db:
    image: postgres:17
    env:
      POSTGRES_PASSWORD: shop
    ready: pg_isready -U postgres
env:
  DATABASE_URL: postgres://postgres:shop@db/postgres
  REDIS_URL: redis://cache
steps:
  - npm ci
  - npm test
`,
  cache: `image: node:24-bookworm-slim
cache:
  - key: npm-{checksum:package-lock.json}
    fallback: npm-
    paths: [~/.npm]
steps:
  - npm ci
  - npm test
`,
  steps: `image: node:24-bookworm-slim
steps:
  - npm ci
  - name: unit tests
    run: npm test
    timeout: 10m
    retry: 2
  - name: what is left on the disk
    run: df -h .
    when: always
`,
  artifacts: `image: node:24-bookworm-slim
steps:
  - npm ci
  - npm run build
artifacts:
  - name: app
    paths: [dist, appspec.yml, scripts]
    exclude: '**/*.map'
`,
  reports: `image: maven:3-eclipse-temurin-21
steps:
  - mvn --batch-mode verify
reports:
  junit: ['**/target/surefire-reports/*.xml', '**/target/failsafe-reports/*.xml']
  coverage: '**/target/site/jacoco/jacoco.xml'
`,
  deploy: `on:
  push:
    branches: [main]
    tags: ['v*']
image: node:24-bookworm-slim
steps:
  - npm ci
  - npm run build
artifacts:
  - name: app
    paths: [dist, appspec.yml, scripts]
deploy:
  staging:
    artifact: app
    branches: main
    local: {}
  production:
    artifact: app
    tags: 'v*'
    approval:
      by: [alice, bob]
    secrets: [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY]
    codedeploy:
      application: shop
      group: production
      bucket: shop-bundles
      region: eu-west-1
`,
  notifications: `image: node:24-bookworm-slim
steps:
  - npm test
notifications:
  - email: team@example.com
  - slack: $SLACK_URL
    on_success: change
`,
  pull_request_comment: `pull_request_comment: true
image: node:24-bookworm-slim
steps:
  - npm ci
  - npm test
`,
};
