import { createLinePainter, lineTime } from './log-line.js';

/**
 * @typedef {import('./log-stream.js').LogLine} LogLine
 * @typedef {{ index: number, name: string, status: string, allowed?: true }} StepFact
 */

/** Browsers skip whole blocks that are out of sight (`content-visibility`); this many lines are one. */
const blockLines = 200;

/**
 * Lines as elements, so that the browser's own search, selection and links to lines work: a section for each
 * step, blocks of lines within it.
 *
 * @param {HTMLElement} container
 * @param {{ stepOf: (index: number) => StepFact | undefined, isClosed: (step: StepFact | undefined) => boolean, newPainter: () => import('./log-line.js').Painter, maxLines: number }} options
 */
export function createLogView(container, { stepOf, isClosed, newPainter, maxLines }) {
  /** @type {number | null | undefined} */
  let step;
  /** @type {HTMLElement | undefined} */
  let section;
  /** @type {HTMLElement | undefined} */
  let block;
  let inBlock = 0;
  let count = 0;
  let paint = createLinePainter(newPainter());

  /** @param {number | null} index */
  function openSection(index) {
    const fact = index === null ? undefined : stepOf(index);
    const details = document.createElement('details');
    details.className = 'log-step';
    details.open = !isClosed(fact);
    const summary = document.createElement('summary');
    summary.textContent = index === null ? 'hookline' : (fact?.name ?? `Step ${index + 1}`);
    details.append(summary);
    if (index !== null) {
      details.dataset['step'] = String(index);
      if (!container.querySelector(`#step-${index}`)) details.id = `step-${index}`;
      if (fact) details.dataset['status'] = fact.status;
    } else details.dataset['own'] = '';
    container.append(details);
    section = details;
    step = index;
    block = undefined;
    paint = createLinePainter(newPainter());
  }

  function openBlock() {
    block?.classList.add('full');
    block = document.createElement('div');
    block.className = 'log-block';
    inBlock = 0;
    section?.append(block);
  }

  /** @param {LogLine[]} lines */
  function append(lines) {
    let markup = '';
    for (const line of lines) {
      if (line.step !== step || !section || !block || inBlock === blockLines) {
        block?.insertAdjacentHTML('beforeend', markup);
        markup = '';
        if (line.step !== step || !section) openSection(line.step);
        openBlock();
      }
      const number = line.number + 1;
      markup += `<div class="l" id="L${number}" data-t="${lineTime(line.atMs)}"><a href="#L${number}" data-n="${number}"></a>${paint(line.text)}</div>`;
      inBlock += 1;
      count += 1;
    }
    block?.insertAdjacentHTML('beforeend', markup);
  }

  /** Drops the oldest blocks past the limit. */
  function trim() {
    while (count > maxLines) {
      const oldest = container.querySelector('.log-block.full');
      if (!oldest) return;
      const around = oldest.parentElement;
      count -= oldest.childElementCount;
      oldest.remove();
      if (around && !around.querySelector('.log-block')) around.remove();
    }
  }

  return {
    append,
    trim,
    /** The number of the first line that is there, from 0. */
    firstNumber() {
      const id = container.querySelector('.l')?.id;
      return id === undefined ? undefined : Number(id.slice(1)) - 1;
    },
    clear() {
      container.replaceChildren();
      step = undefined;
      section = undefined;
      block = undefined;
      count = 0;
    },
  };
}
