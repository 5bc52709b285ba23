import { type AppspecFile, type FileExistsBehavior, fileExistsBehaviors } from './appspec.ts';
import type { AppspecReader, AppspecValue } from './appspec-reader.ts';
import { absolutePath, bundlePath } from './bundle-path.ts';

export function readFiles(reader: AppspecReader, list: AppspecValue): AppspecFile[] {
  const files: AppspecFile[] = [];
  for (const item of reader.items(list)) {
    const fields = reader.fields(item, ['source', 'destination']);
    if (!fields) continue;
    const source = readSource(reader, fields.get('source'), item);
    const destination = readDestination(reader, fields.get('destination'), item);
    if (source !== undefined && destination !== undefined) {
      files.push({ source, destination, at: item.at });
    }
  }
  return files;
}

function readSource(reader: AppspecReader, field: AppspecValue | undefined, item: AppspecValue) {
  if (!field) {
    reader.problem(item, 'A file needs a `source`: a path in the bundle, or `/` for everything.');
    return undefined;
  }
  const text = reader.text(field);
  if (text === undefined) return undefined;
  const source = bundlePath(text);
  if (source === undefined)
    reader.problem(field, `The source \`${text}\` leaves the bundle. Remove the \`..\`.`);
  return source;
}

function readDestination(reader: AppspecReader, field: AppspecValue | undefined, item: AppspecValue) {
  if (!field) {
    reader.problem(item, 'A file needs a `destination`: the absolute path of a directory on the host.');
    return undefined;
  }
  const text = reader.text(field);
  if (text === undefined) return undefined;
  const destination = absolutePath(text);
  if (destination === undefined) {
    reader.problem(
      field,
      `The destination \`${text}\` is not usable. Write an absolute path that starts with \`/\`, without \`..\`.`,
    );
  }
  return destination;
}

export function readFileExistsBehavior(
  reader: AppspecReader,
  field: AppspecValue,
): FileExistsBehavior | undefined {
  const text = reader.text(field);
  const behavior = fileExistsBehaviors.find((each) => each === text);
  if (text !== undefined && behavior === undefined) {
    reader.problem(
      field,
      `\`file_exists_behavior\` is \`${text}\`. It must be DISALLOW, OVERWRITE or RETAIN, in capitals.`,
    );
  }
  return behavior;
}
