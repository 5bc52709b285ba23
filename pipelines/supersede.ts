import type { TriggerChange } from './match-trigger.ts';
import type { Concurrency } from './pipeline.ts';

/**
 * Whether a new run takes the place of the older ones of its branch or pull request. Of a pull request only the
 * newest commit matters, unless the pipeline says otherwise; of a branch each one may be wanted, and a tag is moved
 * so rarely that nobody expects a run of it to be stopped.
 */
export function supersedesOlder(concurrency: Concurrency, event: TriggerChange['event']): boolean {
  switch (event) {
    case 'pull_request':
      return concurrency.supersede ?? true;
    case 'push':
      return concurrency.supersede ?? false;
    // Each group of a queue is waited for, and ended by the queue itself. A nightly run is waited for on its own account, whatever was pushed since.
    case 'merge_group':
    case 'release':
    case 'dispatch':
    case 'schedule':
    case 'tag':
      return false;
  }
}
