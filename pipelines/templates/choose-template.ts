export type Template = {
  name: string;
  /** Where its text stands, for whoever reads it. */
  url: URL;
  /** The file of the repository that decided. */
  because: string;
};

/**
 * What tells a kind of repository, the most telling first: a Java or Python service often has a
 * `package.json` for its pages beside it, and nearly anything may have an `index.html`.
 */
const signs = [
  { name: 'java-gradle', files: ['gradlew', 'build.gradle', 'build.gradle.kts'] },
  { name: 'java-maven', files: ['pom.xml'] },
  { name: 'python', files: ['pyproject.toml', 'requirements.txt', 'setup.py'] },
  { name: 'node', files: ['package.json'] },
  { name: 'static', files: ['index.html'] },
] as const;

/** Root files worth looking for when choosing. */
export const telltaleFiles: readonly string[] = signs.flatMap((sign) => sign.files);

/**
 * The pipeline of a repository that has none, by the names of the files in its root; undefined when nothing
 * there is known.
 */
export function chooseTemplate(rootFiles: Iterable<string>): Template | undefined {
  const present = new Set(rootFiles);
  for (const { name, files } of signs) {
    const because = files.find((file) => present.has(file));
    if (because !== undefined) return { name, url: new URL(`${name}.yml`, import.meta.url), because };
  }
  return undefined;
}
