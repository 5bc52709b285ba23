/**
 * Keeps the end of a growing log in sight until the reader scrolls up, and again once they are back at the end.
 *
 * @param {HTMLElement} container
 * @param {HTMLElement} button
 * @param {(isFollowing: boolean) => void} onChange
 */
export function createFollower(container, button, onChange) {
  let isFollowing = false;
  let isLive = false;
  let lastTop = 0;

  /** @param {boolean} value */
  function set(value) {
    button.setAttribute('aria-pressed', String(value));
    if (value === isFollowing) return;
    isFollowing = value;
    onChange(value);
  }

  function toEnd() {
    container.scrollTop = container.scrollHeight;
    lastTop = container.scrollTop;
  }

  container.addEventListener(
    'scroll',
    () => {
      const top = container.scrollTop;
      const isAtEnd = container.scrollHeight - top - container.clientHeight < 8;
      if (isLive && isAtEnd) set(true);
      else if (top < lastTop) set(false);
      lastTop = top;
    },
    { passive: true },
  );
  // Scrolling up is meant when it is done, before the next lines pull the view down again.
  container.addEventListener('wheel', (event) => event.deltaY < 0 && set(false), { passive: true });
  button.addEventListener('click', () => {
    set(!isFollowing);
    if (isFollowing) toEnd();
  });

  return {
    /** @param {{ isLive: boolean, isPlaced: boolean }} how `isPlaced`: the address names a line */
    start(how) {
      isLive = how.isLive;
      button.hidden = !isLive;
      set(isLive && !how.isPlaced);
    },
    grown() {
      if (!isFollowing) return;
      toEnd();
      // Blocks get their true height when they are first drawn.
      requestAnimationFrame(() => isFollowing && toEnd());
    },
    letGo: () => set(false),
    end() {
      isLive = false;
      button.hidden = true;
    },
  };
}
