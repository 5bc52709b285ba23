/** One `NAME=value` of an `env` line. */
export type Assignment = {
  name: string;
  /** The value where it is plain text; undefined where the shell has to work it out. */
  value?: string;
  /** As written, quotes included: the shell reads it. */
  written: string;
};

/**
 * Takes a line such as `A=1 B="x y" C=$A` apart as a shell would. Answers a fault for what is no list of assignments.
 */
export function assignmentsOf(line: string): Assignment[] | { fault: string } {
  const assignments: Assignment[] = [];
  const words = wordsOf(line);
  if (words === undefined) return { fault: 'a quote that is not closed' };
  for (const { written, plain } of words) {
    const [, name] = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(written) ?? [];
    if (name === undefined) return { fault: `${JSON.stringify(written.slice(0, 60))} is no NAME=value` };
    const value = plain?.slice(name.length + 1);
    assignments.push({
      name,
      written: written.slice(name.length + 1),
      ...(value === undefined ? {} : { value }),
    });
  }
  return assignments;
}

/** Words with their quotes, and without them where nothing is for the shell to expand. */
function wordsOf(line: string): { written: string; plain?: string }[] | undefined {
  const words: { written: string; plain?: string }[] = [];
  // $( … ) may hold blanks, and only one level of brackets is looked for: deeper ones are rare in a file.
  const form =
    /\s*((?:'[^']*'|"(?:\\.|[^"\\])*"|\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|\\.|[^\s'"`\\$]|\$(?!\())+)/suy;
  const text = line.trim();
  while (form.lastIndex < text.length) {
    const [, written] = form.exec(text) ?? [];
    if (written === undefined) return undefined;
    const isPlain = !/[$`]/.test(written.replaceAll(/'[^']*'|\\./g, ''));
    words.push({ written, ...(isPlain ? { plain: withoutQuotes(written) } : {}) });
  }
  return words;
}

function withoutQuotes(written: string): string {
  return written.replaceAll(
    /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? escaped ?? (double ?? '').replaceAll(/\\(["\\$`])/g, '$1'),
  );
}

/** A text as one word of shell, in which variables have their values; nothing else of it is carried out. */
export function shellExpanded(text: string): string {
  if (!/\$\{?\w/.test(text)) return shellQuoted(text);
  return `"${text.replaceAll(/["\\`]|\$(?!\{?\w)/g, '\\$&')}"`;
}

/** A text as one word of shell. */
export function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
