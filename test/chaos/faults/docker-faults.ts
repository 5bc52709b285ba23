import type { FaultsOf } from './fault.ts';

/** The engine that real containers run in dies, or stands still. */
export const dockerFaults: FaultsOf = ({ docker }) => {
  if (!docker) return [];
  const targets = ['docker'];
  return [
    {
      name: 'docker killed',
      targets,
      weight: 3,
      lastsMs: [0, 5_000],
      async inject() {
        await docker.kill();
        return () => docker.start();
      },
    },
    {
      name: 'docker hung',
      targets,
      weight: 3,
      lastsMs: [1_000, 15_000],
      async inject() {
        docker.signal('SIGSTOP');
        return async () => docker.signal('SIGCONT');
      },
    },
  ];
};
