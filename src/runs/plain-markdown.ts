/**
 * Text of strangers as one line of Markdown, in which it means nothing: no format, no link, no picture, no HTML, and
 * nobody is called by their name, nor is another issue linked from here.
 */
export function plainMarkdown(text: string): string {
  return (
    text
      .toWellFormed()
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/[\\`*_[\]<>|~#&]/g, '\\$&')
      // A space of no width behind it: GitHub looks for names and numbers after Markdown is done.
      .replaceAll(/@(?=\w)|#(?=\d)/g, '$&\u200b')
  );
}
