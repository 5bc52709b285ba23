import type { Fault, FaultsOf } from './fault.ts';

const ways = ['502', 'late', 'never', 'answer lost', 'cut'] as const;

/** An S3 store that refuses, is slow, does not answer, or is cut off in the middle of an upload. */
export const bucketFaults: FaultsOf = ({ bucket }) =>
  ways.map(
    (way): Fault => ({
      name: `s3: ${way}`,
      targets: bucket ? ['s3'] : [],
      weight: 1,
      lastsMs: [500, 6_000],
      async inject() {
        if (bucket) bucket.line.fault = way;
        return async () => {
          if (!bucket) return;
          bucket.line.fault = undefined;
          bucket.line.hangUp();
        };
      },
    }),
  );
