/** What has been opened, to be closed in the opposite order, once, however the demo ends. */
export type Closers = {
  add(what: string, close: () => Promise<void> | void): void;
  /** Closes everything; one that fails keeps no other from being closed. Answers what failed. */
  close(): Promise<string[]>;
};

export function openClosers(): Closers {
  const open: { what: string; close: () => Promise<void> | void }[] = [];
  let closing: Promise<string[]> | undefined;

  async function closeAll(): Promise<string[]> {
    const failed: string[] = [];
    for (let last = open.pop(); last !== undefined; last = open.pop()) {
      try {
        await last.close();
      } catch (error) {
        failed.push(`${last.what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return failed;
  }

  return {
    add: (what, close) => {
      open.push({ what, close });
    },
    close: () => {
      closing ??= closeAll();
      return closing;
    },
  };
}
