import { type AccountProblem, type Facts, isExcused, type ProblemKind } from './account.ts';
import { countBy } from './count-by.ts';

/** The figures of a round, in the order in which they are printed. */
export function figuresOf(
  facts: Facts,
  problems: readonly AccountProblem[],
): Record<string, string | number> {
  const jobs = facts.runs.flatMap((run) => run.jobs);
  const attempts = jobs.flatMap((job) => job.attempts);
  const of = (kind: ProblemKind) => problems.filter((problem) => problem.kind === kind).length;
  return {
    'deliveries sent': facts.sent.length,
    'answered 202': facts.sent.filter(({ promised }) => promised).length,
    'times sent': facts.sent.reduce((sum, { answers }) => sum + answers.length, 0),
    runs: facts.runs.length,
    'runs by end': countBy(facts.runs.map(({ status }) => status)),
    jobs: jobs.length,
    attempts: attempts.length,
    'attempts lost': attempts.filter(({ status }) => status === 'lost').length,
    'runs ended by faults': facts.runs.filter((run) => run.status === 'error' && isExcused(run)).length,
    'hooks run': facts.hooks.length,
    orders: countBy(facts.orders.map(({ kind, answer }) => `${kind}: ${answer}`)) || 'none',
    lost: of('lost'),
    double: of('double'),
    hanging: of('hanging'),
    leftovers: of('leftover'),
    'otherwise wrong': of('wrong'),
  };
}
