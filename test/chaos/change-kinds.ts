import type { Status } from '../../src/runs/run.ts';

/** What a delivery is about, and what must come of it when nothing breaks. */
export type ChangeKind = {
  readonly name: string;
  /** How often it is chosen, beside the others of its group. */
  readonly weight: number;
  /** Of `.hookline.yml` at the commit. */
  readonly pipeline: string;
  readonly ends: Status;
  /** Builds and deployments. */
  readonly jobs: number;
  /** Needs a deployer, which needs root. */
  readonly deploys?: true;
  /** Runs in real containers, whose steps say by `note.sh` what they do. */
  readonly docker?: true;
};

const image = 'IMAGE';
const steps = (...scripts: string[]) =>
  `steps: [${scripts.map((script) => JSON.stringify(script)).join(', ')}]`;

/**
 * Pipelines whose scripts mean the same in a real container and to the scripted engine (see `scripted-steps.ts`):
 * `sleep N`, `exit N`, `echo …` and `mkdir -p out && echo … > out/app.txt`.
 */
export const changeKinds: readonly ChangeKind[] = [
  {
    name: 'quick',
    weight: 4,
    pipeline: `image: ${image}\n${steps('echo one', 'echo two')}\n`,
    ends: 'success',
    jobs: 1,
  },
  {
    name: 'slow',
    weight: 4,
    pipeline: `image: ${image}\n${steps('echo begun', 'sleep 2', 'sleep 1', 'echo done')}\n`,
    ends: 'success',
    jobs: 1,
  },
  {
    name: 'failing',
    weight: 1,
    pipeline: `image: ${image}\n${steps('sleep 0.2', 'exit 3')}\n`,
    ends: 'failure',
    jobs: 1,
  },
  {
    name: 'chain',
    weight: 2,
    pipeline: `image: ${image}
jobs:
  first: { ${steps('sleep 0.5')} }
  second: { needs: [first], ${steps('sleep 0.5')} }
`,
    ends: 'success',
    jobs: 2,
  },
  {
    name: 'fan',
    weight: 1,
    pipeline: `image: ${image}
jobs:
  one: { ${steps('sleep 1')} }
  two: { ${steps('sleep 0.1')} }
  three: { needs: [one, two], ${steps('echo three')} }
`,
    ends: 'success',
    jobs: 3,
  },
  {
    name: 'group',
    weight: 1,
    pipeline: `image: ${image}
jobs:
  alone: { concurrency: { group: alone }, ${steps('sleep 0.3')} }
`,
    ends: 'success',
    jobs: 1,
  },
  {
    name: 'artifact',
    weight: 2,
    pipeline: `image: ${image}
${steps('mkdir -p out && echo made > out/app.txt')}
artifacts: [{ name: app, paths: [out] }]
`,
    ends: 'success',
    jobs: 1,
  },
  {
    name: 'deploy',
    weight: 3,
    pipeline: `image: ${image}
${steps('mkdir -p out && echo made > out/app.txt')}
artifacts: [{ name: app, paths: [out, appspec.yml, scripts] }]
deploy:
  production: { artifact: app, local: {} }
`,
    ends: 'success',
    jobs: 2,
    deploys: true,
  },
  {
    name: 'container',
    weight: 4,
    pipeline: `image: ${image}
runs_on: [docker]
${steps('./note.sh 0 sleep 0.2', './note.sh 1 sleep 2', './note.sh 2 true')}
`,
    ends: 'success',
    jobs: 1,
    docker: true,
  },
  {
    name: 'container artifact',
    weight: 2,
    pipeline: `image: ${image}
runs_on: [docker]
${steps('./note.sh 0 mkdir -p out', './note.sh 1 cp note.sh out/app.txt')}
artifacts: [{ name: app, paths: [out] }]
`,
    ends: 'success',
    jobs: 1,
    docker: true,
  },
  {
    name: 'container failing',
    weight: 1,
    pipeline: `image: ${image}
runs_on: [docker]
${steps('./note.sh 0 sleep 0.2', 'exit 3')}
`,
    ends: 'failure',
    jobs: 1,
    docker: true,
  },
  { name: 'mistaken', weight: 1, pipeline: 'image: [no, pipeline\n', ends: 'error', jobs: 0 },
];

/** A branch that no pipeline of it wants to build. */
export const unwantedPipeline = `on: { push: { branches: [main] } }\nimage: ${image}\n${steps('echo no')}\n`;

export function pipelineFor(pipeline: string, imageName: string): string {
  return pipeline.replaceAll(image, imageName);
}
