import { buildServices } from '../build-services.ts';
import type { ServiceDefinition } from '../pipeline.ts';
import { quote } from '../yaml-path.ts';
import { type Fields, fieldsOf, type Node, type Reader, textOf, textsOf } from './read-node.ts';

type Known = {
  host: string;
  image: (version: string) => string;
  usual: string;
  port: number;
  env?: Record<string, string>;
};

const mysqlEnv = { MYSQL_ALLOW_EMPTY_PASSWORD: 'yes', MYSQL_ROOT_HOST: '%' };

/** The official image of each service, without a password, as Travis has them. */
const known: Readonly<Record<string, Known>> = {
  postgresql: {
    host: 'postgresql',
    image: (version) => `postgres:${version}`,
    usual: '16',
    port: 5432,
    env: { POSTGRES_HOST_AUTH_METHOD: 'trust', POSTGRES_DB: 'travis_ci_test' },
  },
  mysql: { host: 'mysql', image: (version) => `mysql:${version}`, usual: '8.0', port: 3306, env: mysqlEnv },
  mariadb: {
    host: 'mariadb',
    image: (version) => `mariadb:${version}`,
    usual: '11',
    port: 3306,
    env: { MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: 'yes', MARIADB_ROOT_HOST: '%' },
  },
  redis: { host: 'redis', image: (version) => `redis:${version}`, usual: '7', port: 6379 },
  mongodb: { host: 'mongodb', image: (version) => `mongo:${version}`, usual: '7', port: 27_017 },
  memcached: { host: 'memcached', image: (version) => `memcached:${version}`, usual: '1', port: 11_211 },
  rabbitmq: { host: 'rabbitmq', image: (version) => `rabbitmq:${version}`, usual: '3', port: 5672 },
  elasticsearch: {
    host: 'elasticsearch',
    image: (version) => `elasticsearch:${version}`,
    usual: '7.17.28',
    port: 9200,
    env: { 'discovery.type': 'single-node' },
  },
  cassandra: { host: 'cassandra', image: (version) => `cassandra:${version}`, usual: '4', port: 9042 },
  couchdb: { host: 'couchdb', image: (version) => `couchdb:${version}`, usual: '2.3', port: 5984 },
  neo4j: {
    host: 'neo4j',
    image: (version) => `neo4j:${version}`,
    usual: '5',
    port: 7474,
    env: { NEO4J_AUTH: 'none' },
  },
};

const alsoCalled: Readonly<Record<string, string>> = {
  postgres: 'postgresql',
  redis_server: 'redis',
  'redis-server': 'redis',
  mongo: 'mongodb',
  memcache: 'memcached',
  'rabbitmq-server': 'rabbitmq',
};

export type Services = {
  services: ServiceDefinition[];
  /** What the steps must forward from 127.0.0.1, where they look for services as at Travis. */
  forwards: { host: string; port: number }[];
};

/** The services of a job: those of `services`, and the data bases of `addons` with their versions. */
export function readServices(reader: Reader, fields: Fields): Services {
  const wanted = new Map<string, string>();
  for (const name of textsOf(reader, fields.get('services'), 'names of services')) {
    const written = name.toLowerCase();
    const [, base = written] = /^([a-z-]+?)(?:-\d[\d.]*)?$/.exec(written) ?? [];
    const found = alsoCalled[base] ?? base;
    const node = fields.get('services');
    if (node === undefined) continue;
    if (written === 'xvfb') {
      reader.warn(
        node,
        'services: xvfb is not started',
        'no display: run the tests under xvfb-run, or without a head',
      );
    } else if (written === 'docker') refuseDocker(reader, node);
    else if (known[found] === undefined) {
      reader.warn(
        node,
        `no image is known for the service ${quote(name)}`,
        `it is not started; known are ${Object.keys(known).join(', ')}`,
      );
    } else wanted.set(found, known[found].usual);
  }
  const addons = fields.get('addons');
  const below = addons === undefined ? undefined : fieldsOf(addons);
  for (const name of ['postgresql', 'mariadb']) {
    const node = below?.get(name);
    const version = node === undefined ? undefined : textOf(reader, node);
    if (version === undefined) continue;
    if (/^\d[\d.]{0,9}$/.test(version)) wanted.set(name, version);
    else if (node) reader.warn(node, `${name} ${quote(version)} is no version`, 'the usual one is started');
  }
  return start(wanted);
}

/** Its commands would fail one by one; what to do about it is better said once. */
function refuseDocker(reader: Reader, node: Node): void {
  reader.error(
    node,
    'services: docker is not given to a job, for it amounts to root on the machine',
    'images built by buildah or rootless BuildKit in a step, and containers beside the job by a .hookline.yml with services',
  );
}

function start(wanted: ReadonlyMap<string, string>): Services {
  const shape: Parameters<typeof buildServices>[0] = {};
  const forwards: Services['forwards'] = [];
  for (const [name, version] of wanted) {
    const service = known[name];
    if (service === undefined) continue;
    const { host, image, port, env } = service;
    shape[host] = { image: image(version), port, ...(env === undefined ? {} : { env }), timeout: '2m' };
    forwards.push({ host, port });
  }
  return { services: buildServices(shape).services ?? [], forwards };
}
