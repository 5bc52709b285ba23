import type { Appspec } from './appspec.ts';
import {
  type AppspecFields,
  type AppspecProblem,
  type AppspecReader,
  createAppspecReader,
} from './appspec-reader.ts';
import { readFileExistsBehavior, readFiles } from './read-files.ts';
import { readHooks } from './read-hooks.ts';
import { readPermissions } from './read-permissions.ts';

export type ParsedAppspec =
  | { readonly ok: true; readonly appspec: Appspec; readonly warnings: readonly AppspecProblem[] }
  | { readonly ok: false; readonly problems: readonly AppspecProblem[] };

/**
 * Reads an appspec file for a Linux host and answers with every mistake at once, in the order of the file.
 * `file` is only the name that problems carry. Keys that nobody knows are warnings, since CodeDeploy's agent
 * passes over them; an unknown lifecycle event is a mistake, as it is there.
 */
export function parseAppspec(source: string, file: string): ParsedAppspec {
  const reader = createAppspecReader(source, file);
  // A tree that did not parse would only add mistakes that vanish with the first one mended.
  if (reader.problems.length > 0) return { ok: false, problems: reader.problems };

  const fields = reader.fields(reader.root, [
    'version',
    'os',
    'files',
    'file_exists_behavior',
    'permissions',
    'hooks',
  ]);
  if (!fields) return { ok: false, problems: reader.problems };
  checkHead(reader, fields);

  const filled = (key: string) => {
    const field = fields.get(key);
    return field?.node ? field : undefined;
  };
  const files = filled('files');
  const behavior = fields.get('file_exists_behavior');
  const permissions = filled('permissions');
  const hooks = filled('hooks');
  const fileExistsBehavior = behavior && readFileExistsBehavior(reader, behavior);
  const appspec: Appspec = {
    files: files ? readFiles(reader, files) : [],
    ...(fileExistsBehavior && { fileExistsBehavior }),
    permissions: permissions ? readPermissions(reader, permissions) : [],
    hooks: hooks ? readHooks(reader, hooks) : {},
  };

  const inOrder = (a: AppspecProblem, b: AppspecProblem) => a.line - b.line || a.column - b.column;
  if (reader.problems.length > 0) return { ok: false, problems: reader.problems.sort(inOrder) };
  return { ok: true, appspec, warnings: reader.warnings.sort(inOrder) };
}

function checkHead(reader: AppspecReader, fields: AppspecFields) {
  const version = fields.get('version');
  if (!version) {
    reader.problem(reader.root, 'The file has no `version`. Write `version: 0.0` as its first line.');
  } else if (reader.scalar(version) !== 0) {
    const quoted = typeof reader.scalar(version) === 'string' && reader.text(version) === '0.0';
    reader.problem(
      version,
      quoted
        ? 'The version is a quoted text. It must be the number: write `version: 0.0` without quotes.'
        : '`version` must be the number 0.0.',
    );
  }

  const os = fields.get('os');
  if (!os) {
    reader.problem(reader.root, 'The file has no `os`. Write `os: linux`.');
  } else if (reader.scalar(os) === 'windows') {
    reader.problem(
      os,
      '`os: windows` cannot be carried out here. This host is a Linux one: write `os: linux`.',
    );
  } else if (reader.scalar(os) !== 'linux') {
    const text = reader.text(os);
    if (text !== undefined) reader.problem(os, `\`os\` is \`${text}\`. It must be \`linux\`, in lower case.`);
  }
}
