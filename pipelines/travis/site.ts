import { bundleFolder, isCarried } from './bundle.ts';
import type { Deploy } from './read-deploys.ts';
import { fieldText, flagOf, type Reader } from './read-node.ts';

/** The directory of the checkout whose files an upload by `s3` is of; or why hookline cannot upload it. */
export type Site = { directory: string } | { why: string };

/** An upload that is a deployment of its own. */
export function siteOf(reader: Reader, { fields }: Deploy): Site {
  const bucket = fieldText(reader, fields, 'bucket');
  if (bucket === undefined) return { why: 's3 needs a bucket' };
  const written = fieldText(reader, fields, 'local_dir') ?? '.';
  const directory = written
    .replace(/^\$\{?TRAVIS_BUILD_DIR\}?(?=\/|$)/, '.')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
  const isInside = !written.startsWith('/') && !directory.split('/').includes('..');
  if (!isInside || /[$`*]/.test(directory)) {
    return { why: `local_dir ${written} is no directory of the repository` };
  }
  return { directory: directory === '' ? '.' : directory };
}

/** The artifacts that the uploads of a job become. Travis leaves names that begin with a dot out unless it is told not to. */
export function siteArtifacts(
  reader: Reader,
  all: readonly Deploy[],
): Map<Deploy, { name: string; folder: string; exclude: string[] }> {
  const uploads = all.filter(
    (deploy) =>
      deploy.provider === 's3' && !isCarried(reader, deploy, all) && 'directory' in siteOf(reader, deploy),
  );
  return new Map(
    uploads.map((deploy, index) => {
      const name = index === 0 ? 'files' : `files-${index + 1}`;
      const folder = `${bundleFolder}/${name}`;
      const exclude = takesDots(deploy) ? [] : [`${folder}/**/.*`];
      return [deploy, { name, folder, exclude }];
    }),
  );
}

export function takesDots({ fields }: Deploy): boolean {
  const node = fields.get('dot_match');
  return node !== undefined && flagOf(node) === true;
}

/** Puts the files aside as they are when it is deployed, for what comes after may change them. */
export const filesFunction = `travis_files() {
  [ -d "$1" ] || { echo "There is no directory $1 to upload: the build has to make it."; exit 1; }
  rm -rf "$2" && mkdir -p "$2" || exit 1
  (set -o pipefail; tar -C "$1" --exclude=./.git --exclude=./${bundleFolder} -cf - . | tar -C "$2" -xf -) || exit 1
  echo "The files of $1 are uploaded by hookline when every job of the run has succeeded."
}`;
