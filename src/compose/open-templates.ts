import { readFileSync } from 'node:fs';
import {
  chooseTemplate,
  type Template,
  type TemplateName,
  templateNames,
} from '../../pipelines/templates/choose-template.ts';
import { templateFile } from '../../pipelines/templates/template-file.ts';

/** The text of a template, as it is carried out. */
export function readTemplate(name: TemplateName): string {
  return readFileSync(new URL(`../../pipelines/templates/${name}.yml`, import.meta.url), 'utf8');
}

/** All templates, read once: what lies in the root folder of a repository to the pipeline that it gets. */
export function openTemplates() {
  const texts = new Map(templateNames.map((name) => [name, readTemplate(name)]));
  return (root: Iterable<string>): { template: Template; file: string; source: string } | undefined => {
    const template = chooseTemplate(root);
    const source = template && texts.get(template.name);
    return template && source !== undefined ? { template, file: templateFile(template), source } : undefined;
  };
}
