import type { BuildSpec } from '../src/contract/job-spec.ts';
import { needsIsolation } from './engine/needs-isolation.ts';

/**
 * What a job is told that is to run without a container: of what it may believe to have, and does not. Refuses before
 * anything has begun what its steps would fail without, or what it asked for as a protection.
 */
export function withoutIsolation({
  image,
  services = [],
  network,
}: Pick<BuildSpec, 'image' | 'services' | 'network'>): string[] {
  const wanted = [
    ...services.map(({ name }) => `the service ${name}`),
    ...(network === 'none' ? ['`network: none`'] : []),
  ];
  if (wanted.length > 0) throw needsIsolation(wanted.join(', '));
  return [
    'warning: this job runs without isolation: its steps are processes of this host, and nothing keeps them from what the user of the runner may do',
    `warning: the image ${image} is not used, but whatever is installed on this host`,
    'warning: the limits of memory, processors and processes do not hold here; those of disk and time do',
  ];
}
