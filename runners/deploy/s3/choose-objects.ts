import type { BundleFile } from './list-files.ts';

export type S3Object = BundleFile & { readonly key: string };

/** S3's own limit (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html). */
export const longestKeyBytes = 1024;

/**
 * Which files become which objects, in the order in which they are uploaded: pages last, so that nobody is shown a page
 * whose scripts and styles are not there yet. Each of the two lists is uploaded whole before the next one begins.
 */
export function chooseObjects(
  files: readonly BundleFile[],
  { prefix, dotMatch }: { prefix: string; dotMatch: boolean },
): S3Object[][] {
  const objects = files
    .filter(({ path }) => dotMatch || !path.split('/').some((name) => name.startsWith('.')))
    .map((file) => ({ ...file, key: prefix === '' ? file.path : `${prefix}/${file.path}` }));
  const isPage = ({ key }: S3Object) => /\.html?$/i.test(key);
  return [objects.filter((object) => !isPage(object)), objects.filter(isPage)].filter(
    (list) => list.length > 0,
  );
}

/** Without the slashes at its ends, and with none in a row: `/docs//v1/` is `docs/v1`. */
export function tidyPrefix(prefix: string): string {
  return prefix.split('/').filter(Boolean).join('/');
}
