import { refreshParts } from './fresh-parts.js';

/** Keeps an open page true: as often as the server asks for (`data-refresh`), and at once on `hookline:state`. */

const soonMs = 150;
const slowestMs = 30_000;
/** A tab that nobody looks at must still show in its title and icon how the run ended. */
const hiddenMs = 15_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let dueAt = Number.POSITIVE_INFINITY;
let failures = 0;
let isRefreshing = false;
let isAskedAgain = false;

function wantedMs() {
  const wanted = [...document.querySelectorAll('[data-refresh]')].map((part) =>
    Number(part.getAttribute('data-refresh')),
  );
  if (wanted.length === 0) return undefined;
  const base = Math.max(Math.min(...wanted), document.hidden ? hiddenMs : 0);
  return Math.min(base * 2 ** failures, Math.max(slowestMs, base));
}

/** @param {number | undefined} ms */
function schedule(ms) {
  if (ms === undefined) return;
  const at = Date.now() + ms;
  if (timer !== undefined && dueAt <= at) return;
  clearTimeout(timer);
  dueAt = at;
  timer = setTimeout(refresh, ms);
}

async function refresh() {
  timer = undefined;
  dueAt = Number.POSITIVE_INFINITY;
  if (isRefreshing) {
    isAskedAgain = true;
    return;
  }
  isRefreshing = true;
  try {
    await refreshParts();
    failures = 0;
    document.dispatchEvent(new Event('hookline:fresh'));
  } catch {
    failures += 1;
  }
  isRefreshing = false;
  tellConnection();
  schedule(isAskedAgain ? soonMs : wantedMs());
  isAskedAgain = false;
}

function tellConnection() {
  const state = document.getElementById('link-state');
  if (!state) return;
  // One failed request is no news.
  state.hidden = failures < 2;
  const text = failures < 2 ? '' : 'No connection, trying again';
  if (state.textContent !== text) state.textContent = text;
}

/** The clocks of what is going on run on between two answers of the server. */
function tick() {
  for (const element of document.querySelectorAll('[data-since]')) {
    const seconds = Math.max(0, Math.floor((Date.now() - Number(element.getAttribute('data-since'))) / 1000));
    const minutes = Math.floor(seconds / 60);
    const padded = (/** @type {number} */ value) => String(value).padStart(2, '0');
    element.textContent =
      minutes === 0
        ? `${seconds} s`
        : minutes < 60
          ? `${minutes} m ${padded(seconds % 60)} s`
          : `${Math.floor(minutes / 60)} h ${padded(minutes % 60)} m`;
  }
}

document.addEventListener('hookline:state', () => schedule(soonMs));
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) schedule(wantedMs() === undefined ? undefined : soonMs);
});
schedule(wantedMs());
tick();
setInterval(tick, 1000);
