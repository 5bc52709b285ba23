/** A repository that CodeDeploy deploys to two machines: what it holds, and the pipeline that bundles it. */
export const shopFiles = {
  'app/index.html': '<p>hello</p>\n',
  'scripts/start.sh': '#!/bin/sh\nsystemctl start shop\n',
  'appspec.yml': `version: 0.0
os: linux
files:
  - source: app
    destination: /srv/shop
hooks:
  ApplicationStart:
    - location: scripts/start.sh
      timeout: 60
`,
} as const;

export function shopPipeline(image: string, more: Readonly<Record<string, string | number>> = {}): string {
  const options = Object.entries(more).map(([name, value]) => `\n      ${name}: ${JSON.stringify(value)}`);
  return `image: ${image}
steps:
  - run: chmod +x scripts/start.sh
artifacts:
  - name: web
    paths: [appspec.yml, app, scripts]
deploy:
  production:
    artifact: web
    secrets: [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY]
    codedeploy:
      application: shop
      group: production
      bucket: bundles
      region: eu-west-1${options.join('')}
`;
}
