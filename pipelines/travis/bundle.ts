import type { Deploy } from './read-deploys.ts';
import { fieldText, type Reader } from './read-node.ts';

/** Below it lies what a job puts aside for its deployments. */
export const bundleFolder = '.travis-bundle';

/** The artifacts that bundles of one job become, by the files that the job makes of them. */
export function bundleArtifacts(files: readonly string[]): Map<string, { name: string; folder: string }> {
  const names = [...new Set(files)].map((file, index) => [
    file,
    index === 0 ? 'bundle' : `bundle-${index + 1}`,
  ]);
  return new Map(names.map(([file = '', name = '']) => [file, { name, folder: `${bundleFolder}/${name}` }]));
}

/** The files of the bundles that `codedeploy` deployments of a job need. */
export function bundleFiles(reader: Reader, deploys: readonly Deploy[]): string[] {
  return deploys.flatMap((deploy) => {
    const bundle = deploy.provider === 'codedeploy' ? bundleOf(reader, deploy, deploys) : undefined;
    return bundle && 'file' in bundle ? [bundle.file] : [];
  });
}

/** Takes the bundle that `before_deploy` made apart, so that it is stored and checked as artifacts are. */
export const bundleFunction = `travis_bundle() {
  [ -f "$1" ] || { echo "There is no bundle at $1: before_deploy has to make it."; exit 1; }
  rm -rf "$2" && mkdir -p "$2" || exit 1
  case $1 in
    *.tar | *.tar.gz | *.tgz) tar -xf "$1" -C "$2" ;;
    *)
      if command -v unzip >/dev/null; then unzip -q "$1" -d "$2"
      elif command -v python3 >/dev/null; then python3 -m zipfile -e "$1" "$2"
      elif command -v jar >/dev/null; then (cd "$2" && jar xf "$OLDPWD/$1")
      else echo "The image has no unzip, python3 or jar to open $1 with."; false; fi ;;
  esac || exit 1
  echo "The bundle $1 is deployed by hookline when every job of the run has succeeded."
}`;

/** Where the job finds the bundle, and the upload that is part of the deployment; or why hookline cannot deploy it. */
export type Bundle = { file: string; upload: Deploy } | { why: string };

/** The classic pair: `s3` puts the bundle where `codedeploy` looks for it. */
export function bundleOf(reader: Reader, deploy: Deploy, all: readonly Deploy[]): Bundle {
  const { fields } = deploy;
  const at = (key: string) => fieldText(reader, fields, key);
  if ((at('revision_type') ?? 's3').toLowerCase() !== 's3') {
    return { why: 'codedeploy with a revision from GitHub is not supported: hookline deploys bundles' };
  }
  const bucket = at('bucket');
  const key = at('key');
  if (bucket === undefined || key === undefined || at('application') === undefined) {
    return { why: 'codedeploy needs application, bucket and key' };
  }
  if (at('deployment_group') === undefined) return { why: 'codedeploy needs a deployment_group' };
  for (const upload of nearestUploads(deploy, all)) {
    if (upload.provider !== 's3' || fieldText(reader, upload.fields, 'bucket') !== bucket) continue;
    const prefix = tidy(fieldText(reader, upload.fields, 'upload_dir') ?? '');
    const local = tidy(fieldText(reader, upload.fields, 'local_dir') ?? '.');
    if (prefix !== '' && !key.startsWith(`${prefix}/`)) continue;
    const name = prefix === '' ? key : key.slice(prefix.length + 1);
    return { file: local === '' ? name : `${local}/${name}`, upload };
  }
  return {
    why: `codedeploy looks for ${key} in bucket ${bucket}, and no s3 deployment of this file puts it there`,
  };
}

/** Whether this upload is a part of a deployment by `codedeploy`, and none of its own. */
export function isCarried(reader: Reader, upload: Deploy, all: readonly Deploy[]): boolean {
  return all.some((other) => {
    const found = other.provider === 'codedeploy' ? bundleOf(reader, other, all) : undefined;
    return found !== undefined && 'file' in found && found.upload === upload;
  });
}

/** The uploads, those under the same conditions first. */
function nearestUploads(deploy: Deploy, all: readonly Deploy[]): Deploy[] {
  const wanted = JSON.stringify(deploy.fields.get('on')?.value);
  const isNear = ({ fields }: Deploy) => JSON.stringify(fields.get('on')?.value) === wanted;
  return [...all.filter(isNear), ...all.filter((each) => !isNear(each))];
}

function tidy(path: string): string {
  return path.replaceAll(/^(\.?\/)+|\/+$/g, '').replace(/^\.$/, '');
}
