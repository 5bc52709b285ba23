import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type DockerEngine, startDockerEngine } from '../support/docker-engine.ts';
import { ensureJobImage } from '../support/job-image.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** As `DOCKER_HOST` takes it. */
    dockerHost: string;
    jobImage: string;
  }
}

let directory: string;
let engine: DockerEngine;

/**
 * One Docker engine and one job image for all files of the project, which begin and end with it. A file gets them
 * by `inject('dockerHost')` and `inject('jobImage')`, or by `startDockerEngine`, which finds this one by DOCKER_HOST.
 */
export async function setup(project: TestProject): Promise<void> {
  const say = (line: string) => console.log(line);
  directory = await mkdtemp(join(tmpdir(), 'hookline-e2e-'));
  engine = await startDockerEngine({ directory, say });
  process.env['DOCKER_HOST'] = engine.dockerHost;
  project.provide('dockerHost', engine.dockerHost);
  project.provide('jobImage', await ensureJobImage(engine.dockerHost, { say }));
}

export async function teardown(): Promise<void> {
  await engine?.close();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
}
