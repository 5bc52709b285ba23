import { html } from 'hono/html';
import { type Html, nothing } from './html-text.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `0.4 s`, `12 s`, `3 m 05 s`, `2 h 07 m`: the two largest units, short enough for a column. */
export function durationText(ms: number): string {
  // Two machines' clocks may disagree; nothing took less than no time.
  const length = Math.max(0, ms);
  if (length < 9_950) return `${(length / second).toFixed(1)} s`;
  const seconds = Math.round(length / second);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${padded(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${padded(minutes % 60)} m`;
}

function padded(value: number): string {
  return String(value).padStart(2, '0');
}

export function ageText(ms: number): string {
  if (ms < 10 * second) return 'just now';
  if (ms < minute) return `${Math.floor(ms / second)} s ago`;
  if (ms < hour) return `${Math.floor(ms / minute)} min ago`;
  if (ms < day) return `${Math.floor(ms / hour)} h ago`;
  if (ms < 60 * day) return `${Math.floor(ms / day)} d ago`;
  return `${Math.floor(ms / (30 * day))} months ago`;
}

/** Of UTC, as `2026-05-04`. */
export function dayText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** How long ago, with the exact time for whoever points at it, and for programs. */
export function age(atMs: number, nowMs: number): Html {
  return html`<time datetime="${new Date(atMs).toISOString()}" title="${exactTime(atMs)}">${ageText(nowMs - atMs)}</time>`;
}

export function moment(atMs: number): Html {
  return html`<time datetime="${new Date(atMs).toISOString()}">${exactTime(atMs)}</time>`;
}

/** To the second, in UTC: the one zone that is right for every reader of a page made on a server. */
function exactTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export type Span = { startedAtMs?: number; finishedAtMs?: number };

/** How long something took, or has taken so far; nothing before it began. */
export function durationOf(span: Span, nowMs: number): string | undefined {
  if (span.startedAtMs === undefined) return undefined;
  return durationText((span.finishedAtMs ?? nowMs) - span.startedAtMs);
}

export function duration(span: Span, nowMs: number): Html {
  const text = durationOf(span, nowMs);
  if (text === undefined) return nothing;
  const isOpen = span.finishedAtMs === undefined;
  return isOpen
    ? html`<span class="took" data-since="${span.startedAtMs}">${text}</span>`
    : html`<span class="took">${text}</span>`;
}
