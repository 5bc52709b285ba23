import { describe, expect, it } from 'vitest';
import type { HooklineProject } from '../support/hookline-project.ts';
import type { HooklineScene } from '../support/hookline-scene.ts';
import { withDockerScene } from '../support/with-docker-scene.ts';

let scene: HooklineScene;
withDockerScene(
  (opened) => {
    ({ scene } = opened);
  },
  ({ image }) => ({ HOOKLINE_TRAVIS_IMAGES: `generic=${image}` }),
);

const projects = new Map<string, HooklineProject>();

async function pushTravisFile(name: string, text: string): Promise<string> {
  const project = projects.get(name) ?? (await scene.project(name));
  projects.set(name, project);
  const sha = await project.copy.commit('.travis.yml', text, 'As it was at Travis');
  await project.copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
  await scene.git.settled();
  return sha;
}

describe('a repository that has nothing but a .travis.yml', () => {
  it('is built as it is: one shell for all phases, and a deployment by a script in the end', async () => {
    const sha = await pushTravisFile(
      'travis/green',
      `language: generic
addons: { chrome: stable }
env:
  global: [GREETING="hello there", TWICE="$GREETING $GREETING"]
before_install:
  - mkdir -p deep && cd deep
  - plain=not-exported
  - passed() { echo "passed on to $1"; }; export -f passed
  - greet() { echo "greeted $1"; }
install: cd ..
before_script:
  - (sleep 300 &) && touch begun
script:
  - test -f begun && echo "script says $TWICE in $(pwd)" && greet $plain && bash -c 'passed children'
  - travis_retry true && sudo id -u
  - echo "job $TRAVIS_JOB_NUMBER of $TRAVIS_BUILD_NUMBER, $TRAVIS_CPU_ARCH, $RAILS_ENV, secure $TRAVIS_SECURE_ENV_VARS"
after_success: exit 7
after_failure: echo must-not-run
deploy:
  - provider: script
    script: echo "deployed $TRAVIS_BRANCH of $TRAVIS_REPO_SLUG by $TRAVIS_EVENT_TYPE"
    on: { branch: main }
  - provider: heroku
    on: { branch: production }
after_script: echo "result $TRAVIS_TEST_RESULT"
`,
    );
    const run = await scene.ended(sha);
    const log = run.jobs[0] ? await scene.log(run.jobs[0]) : '';
    expect(run, log).toMatchObject({
      status: 'success',
      pipeline: { file: '.travis.yml', language: 'travis' },
    });
    expect(log).toContain('script says hello there hello there in');
    expect(log).toContain('greeted not-exported');
    expect(log).toContain('passed on to children');
    expect(log).toContain('job 1.1 of 1, amd64, test, secure true');
    expect(log).toContain('deployed main of travis/green by push');
    expect(log).toContain('not deployed: this is not production');
    expect(log).toContain('result 0');
    expect(log).toContain('.travis.yml:2 chrome is not supported');
    expect(log).not.toContain('must-not-run\n');
    const page = await (await scene.get(`/runs/${run.id}`)).text();
    expect(page).toContain('translated from the language of Travis CI');
  });

  it('finds again what the run before it kept, in the home directory and in its own, and saves it when it is another', async () => {
    const logOf = async (word: string, time: string) => {
      const sha = await pushTravisFile(
        'travis/cached',
        `language: generic
cache: { directories: [$HOME/.kept/lib/, build/kept] }
script:
  - echo "kept $(cat ~/.kept/lib/by) and $(cat build/kept/by)"
  - mkdir -p ~/.kept/lib build/kept && echo ${word} | tee ~/.kept/lib/by >build/kept/by && date >build/kept/noise
before_cache: rm build/kept/noise
after_script: echo the ${time} time
`,
      );
      const run = await scene.ended(sha);
      const log = run.jobs[0] ? await scene.log(run.jobs[0]) : '';
      expect(run.status, log).toBe('success');
      return log;
    };
    const first = await logOf('one', 'first');
    expect(first).toMatch(/cache travis-generic-bookworm-\w{8}: miss\n/);
    expect(first).toMatch(/cache travis-generic-bookworm-\w{8}: saved, /);
    const second = await logOf('two', 'second');
    expect(second).toMatch(/: hit \(branch-main\)/);
    expect(second).toContain('kept one and one');
    expect(second).toMatch(/: saved, /);
    const third = await logOf('two', 'third');
    expect(third).toContain('kept two and two');
    expect(third).toContain('not saved, for nothing in it has changed');
  });

  it('fails with its script, of which every line is run, and deploys nothing', async () => {
    const sha = await pushTravisFile(
      'travis/red',
      `language: generic
script: [echo one, 'false', echo two]
after_success: echo must-not-run
after_failure: echo "after the failure, $TRAVIS_TEST_RESULT"
deploy: { provider: script, script: echo must-not-run, on: { all_branches: true } }
after_script: echo in the end
`,
    );
    const run = await scene.ended(sha);
    const log = run.jobs[0] ? await scene.log(run.jobs[0]) : '';
    expect(run.status, log).toBe('failure');
    expect(log).toContain('\ntwo\n');
    expect(log).toContain('\nafter the failure, 1\n');
    expect(log).toContain('\nin the end\n');
    expect(log).not.toContain('must-not-run');
  });

  it('ends at once when it cannot be set up', async () => {
    const sha = await pushTravisFile(
      'travis/errored',
      `language: generic
install: ['false', echo must-not-run]
script: echo must-not-run
after_failure: echo must-not-run
after_script: echo must-not-run
`,
    );
    const run = await scene.ended(sha);
    const log = run.jobs[0] ? await scene.log(run.jobs[0]) : '';
    expect(run.status, log).toBe('failure');
    expect(log).toContain('left out: the script did not come to its end');
    expect(log).not.toContain('\nmust-not-run');
  });

  it('has its mistakes told by their lines', async () => {
    const sha = await pushTravisFile('travis/wrong', 'language: generic\nservices: docker\nscript: make\n');
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'error', pipeline: { file: '.travis.yml' } });
    expect(run.reason?.message).toContain('.travis.yml:2:11 services: docker is not given to a job');
  });
});
