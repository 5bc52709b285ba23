import { chooseTemplate, signsOf, templateNames } from '../../pipelines/templates/choose-template.ts';
import { readTemplate } from '../compose/open-templates.ts';
import { findWorkingTree } from '../local/find-working-tree.ts';
import { listRoot } from '../local/list-root.ts';
import { writePipeline } from '../local/write-pipeline.ts';
import type { Command } from './command.ts';
import { parseArguments } from './parse-arguments.ts';

export const init: Command = {
  usage: '[--template NAME] [--force] [--list]',
  summary: 'writes a .hookline.yml for what this repository holds',
  async run(args) {
    const { values } = parseArguments({
      args: [...args],
      options: {
        template: { type: 'string' },
        force: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
      },
    });
    const root = findWorkingTree(process.cwd()) ?? process.cwd();
    if (values.list) {
      listTemplates(root);
      return 0;
    }
    const { template, force } = values;
    const { path, template: name, because } = writePipeline(root, { template, force }, readTemplate);
    const why = because === undefined ? 'as asked for' : `for there is ${because}`;
    console.log(`wrote ${path} from the template ${name}, ${why}`);
    console.log('`hookline run` carries it out on this machine, the service when it is pushed');
    return 0;
  },
};

function listTemplates(root: string): void {
  const found = chooseTemplate(listRoot(root));
  for (const name of templateNames) {
    const mark = name === found?.name ? `  <- ${root} has ${found.because}` : '';
    console.log(`${name.padEnd(12)} for ${signsOf(name).join(', ')}${mark}`);
  }
}
