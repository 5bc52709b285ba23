import { buildVariables, durationOr } from './build-values.ts';
import type { ServiceDefinition } from './pipeline.ts';
import type { ServicesShape } from './service-shape.ts';

const defaultTimeoutMs = 60_000;

export function buildServices(shape: ServicesShape | undefined): { services?: ServiceDefinition[] } {
  const services = Object.entries(shape ?? {}).map(([name, service]) => {
    const { image, env, command, port, ready, timeout } =
      typeof service === 'string' ? { image: service } : service;
    return {
      name,
      image,
      env: buildVariables(env),
      ...(command === undefined ? {} : { command }),
      ...(port === undefined ? {} : { port }),
      ...(ready === undefined ? {} : { ready }),
      timeoutMs: durationOr(timeout, defaultTimeoutMs),
    };
  });
  return services.length === 0 ? {} : { services };
}
