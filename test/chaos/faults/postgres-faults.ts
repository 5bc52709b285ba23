import type { FaultsOf } from './fault.ts';

/** A database server that crashes or stands still. */
export const postgresFaults: FaultsOf = ({ postgres }) => {
  if (!postgres) return [];
  const targets = ['postgres'];
  return [
    {
      name: 'crash postgres',
      targets,
      weight: 3,
      lastsMs: [0, 4_000],
      async inject() {
        await postgres.crash();
        return () => postgres.start();
      },
    },
    {
      name: 'pause postgres',
      targets,
      weight: 2,
      lastsMs: [500, 8_000],
      async inject() {
        await postgres.signal('SIGSTOP');
        return () => postgres.signal('SIGCONT');
      },
    },
  ];
};
