import { type CircuitBreakerPolicy, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';

const failuresInRow = 8;
const restMs = 5_000;
const mostTargets = 200;

/**
 * After several failures in a row nothing is sent for a while; then the first further failure is enough. The library
 * counts that while by the wall clock, which may be set in the midst of it: a timer ends it instead.
 */
export function restingBreaker(isOutage: (error: unknown) => boolean): CircuitBreakerPolicy {
  const circuit = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: Number.POSITIVE_INFINITY,
    breaker: new ConsecutiveBreaker(failuresInRow),
  });
  circuit.onBreak((reason) => {
    if (!('isolated' in reason)) setTimeout(() => circuit.isolate().dispose(), restMs).unref();
  });
  return circuit;
}

/** A breaker for each target, so that one that is away holds up no other; those that were used last are kept. */
export function breakerPerTarget(
  isOutage: (error: unknown) => boolean,
): (target: string) => CircuitBreakerPolicy {
  const breakers = new Map<string, CircuitBreakerPolicy>();
  return (target) => {
    const breaker = breakers.get(target) ?? restingBreaker(isOutage);
    breakers.delete(target);
    breakers.set(target, breaker);
    const oldest = breakers.keys().next();
    if (breakers.size > mostTargets && !oldest.done) breakers.delete(oldest.value);
    return breaker;
  };
}
