/**
 * @typedef {{ number: number, atMs: number, step: number | null, text: string }} LogLine `number` counts from 0
 *
 * @typedef {object} LogStreamOptions
 * @property {string} jobId
 * @property {string} attempt
 * @property {number} from the first line wanted
 * @property {(lines: LogLine[]) => void} onLines
 * @property {() => void} onState something about the run has changed
 * @property {() => void} onEnd no more lines will come
 * @property {(retryMs: number | undefined) => void} onTrouble when the connection is lost, and `undefined` when it is back
 */

const firstRetryMs = 500;
const slowestRetryMs = 15_000;

/**
 * Follows the log of one attempt from one line on, over as many connections as it takes, without repeating a line.
 *
 * @param {LogStreamOptions} options
 * @returns {{ close(): void }}
 */
export function openLogStream({ jobId, attempt, from, onLines, onState, onEnd, onTrouble }) {
  let next = from;
  let retryMs = firstRetryMs;
  let isClosed = false;
  /** @type {EventSource | undefined} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function connect() {
    const query = new URLSearchParams({ attempt, from: String(next) });
    source = new EventSource(`/api/v1/jobs/${encodeURIComponent(jobId)}/log/stream?${query}`);
    source.addEventListener('open', () => onTrouble(undefined));
    source.addEventListener('lines', (event) => {
      retryMs = firstRetryMs;
      /** @type {{ firstLine: number, lines: { atMs: number, step: number | null, text: string }[] }} */
      const { firstLine, lines } = JSON.parse(event.data);
      const numbered = lines.map((line, index) => ({ ...line, number: firstLine + index }));
      const unseen = numbered.filter(({ number }) => number >= next);
      next = Math.max(next, firstLine + lines.length);
      if (unseen.length > 0) onLines(unseen);
    });
    source.addEventListener('gap', (event) => {
      /** @type {{ firstLine: number, lineCount: number }} */
      const { firstLine, lineCount } = JSON.parse(event.data);
      if (firstLine + lineCount <= next) return;
      next = firstLine + lineCount;
      const text = `${lineCount === 1 ? 'One line is' : `${lineCount} lines are`} missing here: the runner was lost before it could store them`;
      onLines([{ number: firstLine, atMs: 0, step: null, text }]);
    });
    source.addEventListener('state', onState);
    source.addEventListener('end', () => {
      close();
      onEnd();
    });
    source.addEventListener('error', lost);
  }

  // The browser's own reconnecting knows no backing off and gives up for good at the first answer that is an error.
  function lost() {
    if (isClosed) return;
    source?.close();
    onTrouble(retryMs);
    timer = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, slowestRetryMs);
  }

  function close() {
    isClosed = true;
    clearTimeout(timer);
    source?.close();
  }

  connect();
  return { close };
}
