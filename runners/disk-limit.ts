import type { FaultCode } from '../src/contract/fault.ts';
import type { Reason } from '../src/contract/job-event.ts';

export function diskLimit(usedBytes: number, limitBytes: number): Reason {
  const code: FaultCode = 'disk-limit';
  return {
    code,
    message: `the job used ${sizeText(usedBytes)} of disk, of the ${sizeText(limitBytes)} that it may`,
  };
}

function sizeText(bytes: number): string {
  const mib = bytes / 2 ** 20;
  return mib < 10_240 ? `${Math.round(mib)} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}
