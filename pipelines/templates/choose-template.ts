export type Template = {
  name: TemplateName;
  /** What of the repository's root folder decided; a folder with a `/` at the end. */
  because: string;
};

/**
 * What tells a kind of repository, the most telling first: a Java, Go or Python service often has a `package.json` for its
 * pages beside it, and so has a Rails application, but apps for telephones have a `Gemfile` for their tools. Nearly anything
 * may be packaged for Debian or have an `index.html`.
 */
const signs = [
  { name: 'java-gradle', entries: ['gradlew', 'build.gradle', 'build.gradle.kts'] },
  { name: 'java-maven', entries: ['pom.xml'] },
  { name: 'go', entries: ['go.mod'] },
  { name: 'ruby', entries: ['config.ru', 'Rakefile'] },
  { name: 'python', entries: ['pyproject.toml', 'requirements.txt', 'setup.py'] },
  { name: 'node', entries: ['package.json'] },
  { name: 'ruby', entries: ['Gemfile'] },
  { name: 'debian', entries: ['debian/'] },
  { name: 'static', entries: ['index.html'] },
] as const;

export type TemplateName = (typeof signs)[number]['name'];

/** Each has its text in a file of its name, beside this one. */
export const templateNames: readonly TemplateName[] = [...new Set(signs.map(({ name }) => name))];

/** What tells of a template, the most telling first. */
export function signsOf(name: TemplateName): string[] {
  return signs.filter((sign) => sign.name === name).flatMap(({ entries }) => entries);
}

/**
 * The template for a repository without a pipeline file, by what lies in its root folder (folders with a `/` at the end);
 * undefined when nothing there is known.
 */
export function chooseTemplate(root: Iterable<string>): Template | undefined {
  const present = new Set(root);
  for (const { name, entries } of signs) {
    const because = entries.find((entry) => present.has(entry));
    if (because !== undefined) return { name, because };
  }
  return undefined;
}
