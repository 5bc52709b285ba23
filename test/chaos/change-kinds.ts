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
  /** Asks for a real container; others have one by chance. */
  readonly docker?: true;
};

const image = 'IMAGE';
/** Each says by `note.sh` that it begins and ends: in a real container; the scripted engine notes it by itself. */
const steps = (...scripts: string[]) =>
  `steps: [${scripts.map((script, index) => JSON.stringify(`./note.sh ${index} ${script}`)).join(', ')}]`;

/**
 * Pipelines whose scripts mean the same in a real container and to the scripted engine (see `scripted-steps.ts`):
 * `sleep N`, `exit N`, `true`, `echo …` and `mkdir -p out && echo … > out/app.txt`.
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
${steps('true && mkdir -p out && echo made > out/app.txt')}
artifacts: [{ name: app, paths: [out] }]
`,
    ends: 'success',
    jobs: 1,
  },
  {
    name: 'deploy',
    weight: 3,
    pipeline: `image: ${image}
${steps('true && mkdir -p out && echo made > out/app.txt')}
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
jobs:
  real: { runs_on: [docker], ${steps('sleep 0.2', 'sleep 2', 'true')} }
`,
    ends: 'success',
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
