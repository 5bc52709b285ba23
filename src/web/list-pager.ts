import { html } from 'hono/html';
import { type Html, nothing } from './html-text.ts';
import { type Lookup, listHref, textParameter } from './list-query.ts';

/**
 * Where a reader is in a list that knows only the way to older entries. The address carries the starts of the
 * pages passed on the way, so that there is a way back; past the depth kept, back is the newest page.
 */
export type Place = { before?: string; trail: readonly string[] };

const keptDepth = 8;
/** Stands in a trail for the newest page, which has no start. */
const newest = '-';

export function placeOf(lookup: Lookup): Place {
  const before = textParameter(lookup, 'before');
  if (before === undefined) return { trail: [] };
  const trail = (textParameter(lookup, 'trail') ?? '').split('.').filter((start) => start !== '');
  return { before, trail: trail.slice(-keptDepth) };
}

export function pager(
  path: string,
  filter: Readonly<Record<string, string | undefined>>,
  place: Place,
  next: string | undefined,
): Html {
  if (place.before === undefined && next === undefined) return nothing;
  const newer = place.trail.at(-1) ?? newest;
  const newerHref = listHref(path, {
    ...filter,
    ...(newer === newest ? {} : { before: newer, trail: place.trail.slice(0, -1).join('.') }),
  });
  const trail = [...place.trail, place.before ?? newest].slice(-keptDepth).join('.');
  return html`<nav class="pager" aria-label="Pages">
${place.before === undefined ? html`<span class="off">← Newer</span>` : html`<a rel="prev" href="${newerHref}">← Newer</a>`}
${place.trail.length > 1 ? html`<a href="${listHref(path, filter)}">Newest</a>` : ''}
${next === undefined ? html`<span class="off">Older →</span>` : html`<a rel="next" href="${listHref(path, { ...filter, before: next, trail })}">Older →</a>`}
</nav>`;
}
