import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAppspec } from '../../../../runners/deploy/appspec/parse-appspec.ts';

const head = 'version: 0.0\nos: linux\n';

function problemsOf(source: string): string[] {
  const parsed = parseAppspec(source, 'appspec.yml');
  if (parsed.ok) return [];
  return parsed.problems.map((each) => `${each.file}:${each.line}:${each.column} ${each.message}`);
}

function appspecOf(source: string) {
  const parsed = parseAppspec(source, 'appspec.yml');
  if (!parsed.ok) throw new Error(parsed.problems.map((each) => each.message).join('\n'));
  return parsed;
}

describe('an appspec file', () => {
  it('is read whole', () => {
    const { appspec, warnings } = appspecOf(`version: 0.0
os: linux
files:
  - source: /
    destination: /srv/shop/
  - source: config/app.conf
    destination: /etc/shop
file_exists_behavior: OVERWRITE
permissions:
  - object: /srv/shop
    pattern: "*.sh"
    except: [stop.sh]
    owner: deploy
    group: www-data
    mode: 0755
    type:
      - file
hooks:
  ApplicationStop:
    - location: scripts/stop.sh
      timeout: 60
      runas: deploy
  ValidateService:
    - location: /scripts/health.sh
`);
    expect(warnings).toEqual([]);
    expect(appspec).toEqual({
      files: [
        { source: '', destination: '/srv/shop', at: { line: 4, column: 5 } },
        { source: 'config/app.conf', destination: '/etc/shop', at: { line: 6, column: 5 } },
      ],
      fileExistsBehavior: 'OVERWRITE',
      permissions: [
        {
          object: '/srv/shop',
          pattern: '*.sh',
          except: ['stop.sh'],
          types: ['file'],
          owner: 'deploy',
          group: 'www-data',
          mode: 0o755,
          notCarriedOut: [],
          at: { line: 10, column: 5 },
        },
      ],
      hooks: {
        ApplicationStop: [
          { location: 'scripts/stop.sh', timeoutSeconds: 60, runas: 'deploy', at: { line: 20, column: 7 } },
        ],
        ValidateService: [{ location: 'scripts/health.sh', at: { line: 24, column: 7 } }],
      },
    });
  });

  it('may consist of a version and an operating system only', () => {
    expect(appspecOf(head).appspec).toEqual({ files: [], permissions: [], hooks: {} });
    expect(appspecOf(`${head}files:\npermissions:\nhooks:\n`).appspec.files).toEqual([]);
  });

  it('tells of every mistake at once, in the order of the file', () => {
    expect(
      problemsOf(`version: "0.0"
os: windows
files:
  - source: ../secrets
    destination: relative/path
  - destination: /srv/../etc
file_exists_behavior: overwrite
permissions:
  - pattern: "**"
    mode: 888
    type: [socket]
hooks:
  Install:
    - location: a.sh
  BeforeInstal:
    - location: a.sh
  AfterInstall:
    - timeout: 0
    - location: ../a.sh
`),
    ).toEqual([
      'appspec.yml:1:10 The version is a quoted text. It must be the number: write `version: 0.0` without quotes.',
      'appspec.yml:2:5 `os: windows` cannot be carried out here. This host is a Linux one: write `os: linux`.',
      'appspec.yml:4:13 The source `../secrets` leaves the bundle. Remove the `..`.',
      expect.stringMatching(/^appspec.yml:5:18 The destination `relative\/path` is not usable/),
      'appspec.yml:6:5 A file needs a `source`: a path in the bundle, or `/` for everything.',
      expect.stringMatching(/^appspec.yml:6:18 The destination `\/srv\/..\/etc` is not usable/),
      'appspec.yml:7:23 `file_exists_behavior` is `overwrite`. It must be DISALLOW, OVERWRITE or RETAIN, in capitals.',
      'appspec.yml:9:5 A permission needs an `object`: the absolute path of a file or directory.',
      'appspec.yml:10:11 The mode `888` must be one to four octal digits, such as 755 or 0644.',
      'appspec.yml:11:12 The type `socket` must be `file` or `directory`.',
      expect.stringMatching(
        /^appspec.yml:14:5 `Install` is an event of CodeDeploy's own and takes no scripts/,
      ),
      expect.stringMatching(
        /^appspec.yml:16:5 `BeforeInstal` is not a lifecycle event. Scripts can run in: Before/,
      ),
      'appspec.yml:18:7 A script needs a `location`: its path in the bundle.',
      'appspec.yml:18:16 The timeout `0` must be a whole number of seconds from 1 to 3600.',
      'appspec.yml:19:17 The location `../a.sh` must name a file inside the bundle.',
    ]);
  });

  it('may not let one event take more than 3600 seconds', () => {
    const script = (seconds: number) => `    - location: a.sh\n      timeout: ${seconds}\n`;
    const hooks = (...seconds: number[]) => `${head}hooks:\n  AfterInstall:\n${seconds.map(script).join('')}`;
    expect(problemsOf(hooks(1800, 1800))).toEqual([]);
    expect(problemsOf(hooks(1800, 1801))).toEqual([
      'appspec.yml:5:5 The timeouts of `AfterInstall` add up to 3601 seconds. One event may take 3600 at most.',
    ]);
  });

  it.each([
    [
      'a tab as indentation',
      `${head}files:\n\t- source: /\n`,
      /appspec.yml:4:1 A tab is used for indentation/,
    ],
    ['a key twice', `${head}os: linux\n`, /appspec.yml:3:1 Map keys must be unique/],
    ['a list at the top', '- version: 0.0\n', /appspec.yml:1:1 The file must be a mapping/],
    ['nothing at all', '', /appspec.yml:1:1 The file must be a mapping/],
    ['no version', 'os: linux\n', /has no `version`/],
    ['no operating system', 'version: 0.0\n', /has no `os`/],
    ['another version', 'version: 1.0\nos: linux\n', /1:10 `version` must be the number 0.0/],
    ['files that are no list', `${head}files: /\n`, /`files` must be a list/],
    ['a file that is no mapping', `${head}files:\n  - /\n`, /`files` item 1 must be a mapping/],
    ['an event without scripts', `${head}hooks:\n  AfterInstall:\n`, /`AfterInstall` must be a list/],
  ])('with %s is refused', (_what, source, expected) => {
    expect(problemsOf(source).join('\n')).toMatch(expected);
  });

  it('warns of keys that nobody knows, as the agent passes over them', () => {
    const { warnings } = appspecOf(
      `${head}Hooks: {}\nhooks:\n  AfterInstall:\n    - location: a.sh\n      sudo: true\n`,
    );
    expect(warnings.map((each) => `${each.line}:${each.column} ${each.message.slice(0, 40)}`)).toEqual([
      '3:1 `Hooks` is not known here and is ignored',
      '7:7 `sudo` is not known here and is ignored.',
    ]);
  });

  it('keeps note of access lists and contexts, which a local deployment cannot carry out', () => {
    const { appspec } = appspecOf(
      `${head}permissions:\n  - object: /srv/a\n    acls: ["u:deploy:rw"]\n    context:\n      type: httpd_t\n`,
    );
    expect(appspec.permissions[0]?.notCarriedOut).toEqual(['acls', 'context']);
  });

  it('follows aliases and survives those that contain themselves', () => {
    const { appspec } = appspecOf(
      `${head}hooks:\n  BeforeInstall: &all\n    - location: a.sh\n  AfterInstall: *all\n`,
    );
    expect(appspec.hooks.AfterInstall?.[0]?.location).toBe('a.sh');
    expect(problemsOf(`${head}files: &f\n  - *f\n`).join()).toMatch(/item 1 must be a mapping/);
  });

  it('never makes the parser throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (tail) => {
        expect(parseAppspec(head + tail, 'appspec.yml')).toHaveProperty('ok');
      }),
    );
  });
});
