import { AnsiUp } from './ansi_up.js';
import { createFollower } from './log-follower.js';
import { createLogPlace } from './log-place.js';
import { openLogStream } from './log-stream.js';
import { createLogView } from './log-view.js';

/** The log of one job on the page of its run, live while it is written. */

/** More elements than this make a page slow; what is older can be loaded on demand. */
const maxLines = 100_000;
const earlierLines = 20_000;
/** Enough for a frame, so that the page answers while a long log comes in. */
const linesPerFrame = 4_000;

const panel = element('log');
const container = element('log-lines');
const state = element('log-state');

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** What the server last said of the log: of which job and attempt, how long, with which steps. */
function facts() {
  const { job = '', attempt = '0', lines = '', final, steps = '[]' } = { ...element('log-facts').dataset };
  /** @type {import('./log-view.js').StepFact[]} */
  const parsed = JSON.parse(steps);
  return { job, attempt, lineCount: Number(lines), isFinal: final !== undefined, final, steps: parsed };
}

const place = createLogPlace(container);
let current = facts();
/** @type {import('./log-stream.js').LogLine[]} */
let queue = [];
let isFlushing = false;
let hasEnded = false;
/** @type {{ close(): void } | undefined} */
let stream;
/** @type {{ close(): void } | undefined} */
let earlierStream;

const follower = createFollower(container, element('log-follow'), (isFollowing) => {
  // Whoever reads a place of this log does not want the page to turn to another job.
  if (isFollowing) delete panel.dataset['reading'];
  else panel.dataset['reading'] = current.job;
});

function viewOn(/** @type {HTMLElement} */ parent) {
  const { isFinal, final } = current;
  return createLogView(parent, {
    stepOf: (index) => current.steps.find((step) => step.index === index),
    // In the log of what failed, the steps that went well are in the way.
    isClosed: (step) => isFinal && final !== 'success' && step?.status === 'success',
    newPainter: () => new AnsiUp(),
    maxLines,
  });
}

let view = viewOn(container);

function begin() {
  stream?.close();
  earlierStream?.close();
  queue = [];
  hasEnded = false;
  current = facts();
  view = viewOn(container);
  if (current.attempt === '0') return;
  view.clear();
  tell(current.isFinal ? 'Loading' : 'Live');
  follower.start({ isLive: !current.isFinal, isPlaced: location.hash !== '' });
  stream = openLogStream({
    jobId: current.job,
    attempt: current.attempt,
    from: Math.max(0, current.lineCount - maxLines),
    onLines(lines) {
      queue = queue.concat(lines);
      // More than is ever shown need not be drawn first.
      if (queue.length > maxLines) queue = queue.slice(-maxLines);
      plan();
    },
    onState: () => document.dispatchEvent(new Event('hookline:state')),
    onEnd() {
      hasEnded = true;
      document.dispatchEvent(new Event('hookline:state'));
      plan();
    },
    onTrouble(retryMs) {
      if (retryMs === undefined) tell('Live');
      else tell(`Connection lost, trying again in ${Math.ceil(retryMs / 1000)} s`);
    },
  });
}

function plan() {
  if (isFlushing) return;
  isFlushing = true;
  // A hidden page draws no frames.
  if (document.hidden) setTimeout(flush, 250);
  else requestAnimationFrame(flush);
}

function flush() {
  isFlushing = false;
  const lines = queue.splice(0, linesPerFrame);
  view.append(lines);
  view.trim();
  offerEarlier();
  if (lines.length > 0 && place.show()) follower.letGo();
  if (queue.length > 0) plan();
  else if (hasEnded) ended();
  follower.grown();
}

function ended() {
  hasEnded = false;
  tell('');
  if (!container.querySelector('.l')) note('The log is empty.');
  if (current.isFinal && location.hash === '') place.showFailure(current.steps);
  follower.end();
}

function offerEarlier() {
  const first = view.firstNumber() ?? 0;
  const button = container.querySelector(':scope > button');
  if (first === 0) {
    button?.remove();
    return;
  }
  if (button) return;
  const offer = document.createElement('button');
  offer.type = 'button';
  offer.className = 'earlier';
  offer.textContent = 'Load earlier lines';
  offer.addEventListener('click', () => loadEarlier(offer));
  container.prepend(offer);
}

/** @param {HTMLButtonElement} button */
function loadEarlier(button) {
  const end = view.firstNumber() ?? 0;
  const from = Math.max(0, end - earlierLines);
  const loaded = document.createElement('div');
  const earlier = viewOn(loaded);
  button.disabled = true;
  button.textContent = 'Loading';
  follower.letGo();

  function show() {
    earlierStream?.close();
    const distance = container.scrollHeight - container.scrollTop;
    button.remove();
    for (const section of loaded.children) {
      if (section.id) container.querySelector(`#${section.id}`)?.removeAttribute('id');
    }
    container.prepend(...loaded.childNodes);
    container.scrollTop = container.scrollHeight - distance;
    offerEarlier();
  }

  earlierStream = openLogStream({
    jobId: current.job,
    attempt: current.attempt,
    from,
    onLines(lines) {
      earlier.append(lines.filter(({ number }) => number < end));
      if (lines.some(({ number }) => number >= end - 1)) show();
    },
    onState() {},
    onEnd: show,
    onTrouble() {},
  });
}

/** @param {string} text */
function tell(text) {
  if (state.textContent !== text) state.textContent = text;
  state.classList.toggle('live', text === 'Live');
}

/** @param {string} text */
function note(text) {
  const paragraph = document.createElement('p');
  paragraph.className = 'log-note';
  paragraph.textContent = text;
  container.append(paragraph);
}

/** Beside the jobs, the log ends where the window does: the newest line is in sight. */
function fitPanel() {
  const isBeside = getComputedStyle(panel).position === 'sticky';
  const heightPx = Math.max(360, innerHeight - element('run-jobs').offsetTop - 12);
  panel.style.height = isBeside ? `${heightPx}px` : '';
}

const times = element('log-times');
times.hidden = false;
times.addEventListener('click', () => {
  const isShown = container.classList.toggle('times');
  times.setAttribute('aria-pressed', String(isShown));
});

addEventListener('resize', fitPanel);
addEventListener('hashchange', () => {
  place.forget();
  if (place.show()) follower.letGo();
});
document.addEventListener('hookline:fresh', () => {
  fitPanel();
  const { job, attempt, steps, isFinal, final } = facts();
  if (job !== current.job || attempt !== current.attempt) begin();
  else current = { ...current, steps, isFinal, final };
  for (const { index, name, status } of current.steps) {
    for (const section of container.querySelectorAll(`details[data-step="${index}"]`)) {
      section.setAttribute('data-status', status);
      const summary = section.querySelector('summary');
      if (summary && summary.textContent !== name) summary.textContent = name;
    }
  }
});

fitPanel();
begin();
