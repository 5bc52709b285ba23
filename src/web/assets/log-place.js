/**
 * Finds the place in a log that a reader came for: the line or step the address names, or the end of what failed.
 *
 * @param {HTMLElement} container
 */
export function createLogPlace(container) {
  let shown = '';

  /**
   * Scrolls the log alone, not the page, until an element stands so far down in it. Twice, since blocks get
   * their true height when they are first drawn.
   *
   * @param {Element} target
   * @param {number} share
   */
  function bring(target, share) {
    const move = () => {
      const away = target.getBoundingClientRect().top - container.getBoundingClientRect().top;
      container.scrollTop += away - container.clientHeight * share;
    };
    move();
    requestAnimationFrame(move);
  }

  return {
    /** Once for each address: true when its place has come and is shown now. */
    show() {
      const id = location.hash.slice(1);
      if (id === shown || !/^(?:L\d+|step-\d+)$/.test(id)) return false;
      const target = document.getElementById(id);
      if (!target) return false;
      shown = id;
      container.querySelector('.marked')?.classList.remove('marked');
      const isLine = id.startsWith('L');
      if (isLine) target.classList.add('marked');
      const section = target.closest('details');
      if (section) section.open = true;
      bring(target, isLine ? 0.4 : 0);
      return true;
    },
    /** The same address may be asked for again. */
    forget() {
      shown = '';
    },
    /** @param {import('./log-view.js').StepFact[]} steps */
    showFailure(steps) {
      const failed = steps.find(
        ({ status, allowed }) => (status === 'failure' || status === 'error') && !allowed,
      );
      const lines = failed ? container.querySelectorAll(`[data-step="${failed.index}"] .l`) : [];
      const last = lines[lines.length - 1];
      if (last) bring(last, 0.85);
    },
  };
}
