import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf } from '../errors.ts';
import { UsageRefusal } from './command.ts';

/** As Node's `parseArgs`; what it does not take is a refusal and not a bug. */
export function parseArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageRefusal('usage', messageOf(error));
  }
}
