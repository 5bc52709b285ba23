/**
 * The text of a template as the file of a repository that starts from it: what is said of the template is replaced by what
 * somebody who opens the file for the first time wants to know.
 */
export function writtenTemplate(source: string, because: string | undefined): string {
  const why = because === undefined ? '' : `, because of ${because}`;
  const header = [
    `# Written by \`hookline init\`${why}. Change it as you like:`,
    '# `hookline validate` checks it, `hookline run` carries it out on this machine.',
  ];
  return [...header, source.replace(/^#.*\n/, '')].join('\n');
}
