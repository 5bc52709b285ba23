/**
 * What a YAML fault means to the writer of a pipeline. The parser's own words are kept where nothing better
 * is known; the codes are those of the `yaml` package.
 */
export function describeSyntaxError(
  code: string,
  parserMessage: string,
  source: string,
  offset: number,
): { message: string; expected: string } {
  const [firstLine = ''] = parserMessage.split('\n');
  const message = firstLine.charAt(0).toLowerCase() + firstLine.slice(1);
  switch (code) {
    case 'TAB_AS_INDENT':
      return { message: 'a tab in the indentation', expected: 'spaces: YAML forbids tabs there' };
    case 'TAG_RESOLVE_FAILED': {
      const [tag = '!'] = /^![^\s,\]}]*/.exec(source.slice(offset, offset + 80)) ?? [];
      return {
        message: `${tag} without quotes is a YAML tag`,
        expected: `'${tag}' in quotes, if a pattern that begins with ! is meant`,
      };
    }
    case 'MULTIPLE_DOCS':
      return { message: 'a second document', expected: 'one document: remove the line ---' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return { message, expected: 'quotes around a text that holds ": "' };
    case 'BAD_ALIAS':
      return { message, expected: 'quotes around a text that begins with *' };
    case 'MISSING_CHAR':
    case 'BAD_DQ_ESCAPE':
      return { message, expected: 'a closed quote, and \\\\ for a backslash between double quotes' };
    case 'BAD_INDENT':
      return { message, expected: 'brackets closed, and items of one list or map in one column' };
    default:
      return { message, expected: 'valid YAML 1.2' };
  }
}
