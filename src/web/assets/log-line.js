/**
 * One line of output to markup. Output is hostile: all of its text is escaped, colours become classes out of a
 * closed set (the page allows no inline styles), and nothing else a terminal would obey has any effect.
 */

/** @typedef {{ ansi_to_html(text: string): string, use_classes: boolean, boldStyle: string, faintStyle: string, italicStyle: string, underlineStyle: string }} Painter ansi_up's, as far as it is used */

/** A browser lays a line of a megabyte out for seconds; whoever needs it has the log as text. */
const maxLength = 20_000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
const titles = /\u001b\](?!8;)[^\u0007\u001b]*(?:\u0007|\u001b\\)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
const controls = /[\u0000-\u0008\u000a-\u001f\u007f]/g;
/** They let text look other than it is; shown as a mark, they mislead nobody. */
const directions = /[\u202a-\u202e\u2066-\u2069]/g;

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/**
 * Colours go on from line to line, as on a terminal.
 *
 * @param {Painter} painter
 * @returns {(text: string) => string}
 */
export function createLinePainter(painter) {
  painter.use_classes = true;
  painter.boldStyle = 'b';
  painter.faintStyle = 'f';
  painter.italicStyle = 'i';
  painter.underlineStyle = 'u';
  return (text) => {
    const shown = lastWritten(text).replaceAll(titles, '');
    const cut = shown.slice(0, maxLength);
    // What an unfinished escape sequence would swallow ends at these line feeds.
    const markup = painter
      .ansi_to_html(`${cut}\n\n\n`)
      .replaceAll(controls, '')
      .replaceAll(directions, '\ufffd');
    const more = shown.length - cut.length;
    const rest = more === 0 ? '' : `<em> … ${more} more characters, see the log as text</em>`;
    return (
      markup
        .replaceAll(/<span(?: style="([^"]*)")?(?: class="([^"]*)")?>/g, spanOf)
        .replaceAll('<a href=', linkStart) + rest
    );
  };
}

const linkStart = '<a target="_blank" rel="noreferrer nofollow" href=';

/**
 * A progress bar writes over its own line: what stands there last counts.
 *
 * @param {string} text
 */
export function lastWritten(text) {
  if (!text.includes('\r')) return text;
  return text.split('\r').findLast((part) => part !== '') ?? '';
}

/**
 * @param {string} _span
 * @param {string | undefined} styles ours, or `color:rgb(…)` for one of 256 or 16 million colours
 * @param {string | undefined} classes
 */
function spanOf(_span, styles, classes) {
  const all = classes ? classes.split(' ') : [];
  for (const style of styles?.split(';') ?? []) {
    const [, kind, red, green, blue] = /^(background-)?color:rgb\((\d+),(\d+),(\d+)\)$/.exec(style) ?? [];
    if (red === undefined) all.push(`ansi-${style}`);
    else all.push(`${nearest(Number(red), Number(green), Number(blue))}-${kind ? 'bg' : 'fg'}`);
  }
  return `<span class="${all.join(' ')}">`;
}

/**
 * The colour of the sixteen that is most like it. They can be read on a light and on a dark page; what a program
 * chose for its own black window often cannot.
 *
 * @param {number} red
 * @param {number} green
 * @param {number} blue
 */
export function nearest(red, green, blue) {
  const high = Math.max(red, green, blue);
  const low = Math.min(red, green, blue);
  if (high - low < 40) {
    return ['ansi-black', 'ansi-bright-black', 'ansi-white', 'ansi-bright-white'][
      Math.min(3, Math.floor(high / 64))
    ];
  }
  const middle = (high + low) / 2;
  const bits = (red > middle ? 1 : 0) + (green > middle ? 2 : 0) + (blue > middle ? 4 : 0);
  return `ansi-${high > 200 ? 'bright-' : ''}${names[bits]}`;
}

/**
 * `0:07.3` since the attempt began.
 *
 * @param {number} atMs
 */
export function lineTime(atMs) {
  const tenths = Math.floor(atMs / 100);
  const seconds = Math.floor(tenths / 10) % 60;
  return `${Math.floor(tenths / 600)}:${String(seconds).padStart(2, '0')}.${tenths % 10}`;
}
