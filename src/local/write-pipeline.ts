import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  chooseTemplate,
  type TemplateName,
  templateNames,
} from '../../pipelines/templates/choose-template.ts';
import { writtenTemplate } from '../../pipelines/templates/written-template.ts';
import { listRoot } from './list-root.ts';
import { LocalRefusal } from './local-refusal.ts';

const file = '.hookline.yml';

/** Writes the template that was named, or else the one for what the folder holds, as its pipeline file. */
export function writePipeline(
  root: string,
  wanted: { template?: string | undefined; force: boolean },
  readTemplate: (name: TemplateName) => string,
): { path: string; template: TemplateName; because?: string } {
  const found = chooseTemplate(listRoot(root));
  const template = wanted.template === undefined ? found?.name : nameOf(wanted.template);
  if (template === undefined) {
    throw new LocalRefusal(
      'unknown-name',
      `nothing in ${root} tells which template to take; --template NAME says it: ${templateNames.join(', ')}`,
    );
  }
  const path = join(root, file);
  if (!wanted.force) refuseToReplace(root, path, wanted.template !== undefined);
  const because = found?.name === template ? found.because : undefined;
  writeFileSync(path, writtenTemplate(readTemplate(template), because));
  return { path, template, ...(because === undefined ? {} : { because }) };
}

function nameOf(given: string): TemplateName {
  const name = templateNames.find((each) => each === given);
  if (name) return name;
  const known = templateNames.join(', ');
  throw new LocalRefusal('unknown-name', `there is no template "${given}"; wanted: one of ${known}`);
}

function refuseToReplace(root: string, path: string, isNamed: boolean): void {
  if (existsSync(path)) {
    throw new LocalRefusal('usage', `${path} is there already; --force writes over it`);
  }
  const travis = join(root, '.travis.yml');
  if (!isNamed && existsSync(travis)) {
    const message = `${travis} is built as it is, and beside a ${file} it would not count any more`;
    throw new LocalRefusal('usage', `${message}; --force writes one all the same`);
  }
}
