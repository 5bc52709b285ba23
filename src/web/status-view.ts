import { html, raw } from 'hono/html';
import type { Status } from '../runs/run.ts';
import type { Html } from './html-text.ts';

/** What a reader sees of a status: a word, a shape and a colour, so that none of the three is needed alone. */
const words = {
  queued: 'Queued',
  waiting: 'Waiting',
  running: 'Running',
  success: 'Success',
  failure: 'Failure',
  error: 'Error',
  cancelled: 'Cancelled',
  skipped: 'Skipped',
} as const satisfies Record<Status, string>;

/** Drawn in a box of 16 by 16, as lines 1.8 wide. */
const shapes = {
  queued: '<circle cx="8" cy="8" r="6" stroke-dasharray="2.2 2.5"/>',
  waiting: '<circle cx="8" cy="8" r="6.5"/><path d="M6.3 5.8v4.4M9.7 5.8v4.4"/>',
  running: '<circle cx="8" cy="8" r="6" opacity=".3"/><path d="M8 2a6 6 0 0 1 6 6"/>',
  success: '<circle cx="8" cy="8" r="6.5"/><path d="m5.2 8.2 2 2 3.6-4"/>',
  failure: '<circle cx="8" cy="8" r="6.5"/><path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4"/>',
  error: '<path d="M8 1.8 15 14H1zM8 6.4v3.4M8 11.6v.6"/>',
  cancelled: '<circle cx="8" cy="8" r="6.5"/><path d="m3.6 12.4 8.8-8.8"/>',
  skipped: '<circle cx="8" cy="8" r="6.5"/><path d="M5 8h6"/>',
} as const satisfies Record<Status, string>;

/** The same colours as in the style sheet's light scheme, for the icon of the tab, where no sheet reaches. */
const tabColours = {
  queued: '#6b7580',
  waiting: '#7d55c7',
  running: '#1f6fd0',
  success: '#1d8a47',
  failure: '#cf2f38',
  error: '#c4671b',
  cancelled: '#6b7580',
  skipped: '#6b7580',
} as const satisfies Record<Status, string>;

export function statusWord(status: Status): string {
  return words[status];
}

/** The shape alone, for where the word stands beside it. */
export function statusIcon(status: Status): Html {
  return html`<svg class="icon s-${status}" viewBox="0 0 16 16" aria-hidden="true">${raw(shapes[status])}</svg>`;
}

/** The shape with the word for those who cannot see it. */
export function statusMark(status: Status): Html {
  return html`<span class="mark" title="${words[status]}">${statusIcon(status)}<span class="unseen">${words[status]}</span></span>`;
}

export function statusLabel(status: Status): Html {
  return html`<span class="status s-${status}">${statusIcon(status)}${words[status]}</span>`;
}

/** The icon of the browser's tab: a disc in the colour of the status, or hookline's own hook. */
export function tabIcon(status?: Status): string {
  const drawing = status
    ? `<circle cx="16" cy="16" r="16" fill="${tabColours[status]}"/><g transform="translate(4 4) scale(1.5)" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${markOf(status)}</g>`
    : '<rect width="32" height="32" rx="8" fill="#1b3a4b"/><path d="M20 6v13a6 6 0 0 1-12 0" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round"/>';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${drawing}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** The disc is the outer circle already. */
function markOf(status: Status): string {
  return shapes[status].replace('<circle cx="8" cy="8" r="6.5"/>', '');
}
