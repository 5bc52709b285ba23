import { type Template, templateNames } from './choose-template.ts';

/**
 * Under this name goes the pipeline of a run whose repository has no file of its own: `templates/go.yml for go.mod`. It is
 * all that is kept of the choice, and no file of a repository goes by such a name.
 */
export function templateFile({ name, because }: Template): string {
  return `templates/${name}.yml for ${because}`;
}

/** The template that such a name stands for; undefined for the file of a repository. */
export function templateOf(file: string): Template | undefined {
  const [, named, because] = /^templates\/([\w-]+)\.yml for (.+)$/.exec(file) ?? [];
  const name = templateNames.find((each) => each === named);
  return name === undefined || because === undefined ? undefined : { name, because };
}

/** For a person: which it is, why, and how to have it as a file. */
export function explainTemplate({ name, because }: Template): string {
  return (
    `there is no pipeline file, so the template ${name} was taken, because of ${because}; ` +
    '`npx hookline init` in a working copy writes it out as .hookline.yml'
  );
}
