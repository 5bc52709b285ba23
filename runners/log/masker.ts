/**
 * Replaces secrets by `***` in a stream of bytes. One masker stands before every sink of a job's output, so
 * that a secret reaches neither disk, nor live readers, nor the store.
 *
 * It works on bytes (as latin1 text, one character each): a chunk may end anywhere, also inside a character or a
 * secret. What could still become a secret is held back until more comes or `flush` says that nothing will.
 */
export type Masker = {
  /** The masked bytes that are certain by now. */
  write(chunk: Uint8Array): Uint8Array;
  /** Whether something is held back that might be the beginning of a secret. */
  readonly pending: boolean;
  /** Everything that was held back. */
  flush(): Uint8Array;
  /** For a whole text: error messages, names, notes. */
  text(text: string): string;
};

const mask = '***';
/** Shorter values would blank out half of any log, and anybody can guess them. */
const minSecretLength = 4;
/** Lines of a multi-line secret (a private key) are masked one by one, for tools print them so. */
const minLineLength = 8;

export function createMasker(secrets: readonly string[]): Masker {
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  if (forms.length === 0) return passThrough;
  const pattern = new RegExp(forms.map((form) => RegExp.escape(form)).join('|'), 'g');
  const longest = forms[0]?.length ?? 0;
  const byFirst = new Map<string, string[]>();
  for (const form of forms) byFirst.set(form.charAt(0), [...(byFirst.get(form.charAt(0)) ?? []), form]);
  let held = '';

  /** Where the text begins that could still grow into a secret; the text's length when there is none. */
  function openTail(text: string): number {
    for (let at = Math.max(0, text.length - longest + 1); at < text.length; at += 1) {
      const tail = text.slice(at);
      if (byFirst.get(text.charAt(at))?.some((form) => form.length > tail.length && form.startsWith(tail))) {
        return at;
      }
    }
    return text.length;
  }

  return {
    write(chunk) {
      const text = held + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
      // Whole secrets go first: the end of one must not be taken for the beginning of another.
      let safe = '';
      let last = 0;
      for (const match of text.matchAll(pattern)) {
        // A match at the very end may be the beginning of a longer secret that starts at the same place.
        if (couldGrow(text.slice(match.index))) {
          held = text.slice(match.index);
          return Buffer.from(safe + text.slice(last, match.index), 'latin1');
        }
        safe += text.slice(last, match.index) + mask;
        last = match.index + match[0].length;
      }
      const rest = text.slice(last);
      const cut = openTail(rest);
      held = rest.slice(cut);
      return Buffer.from(safe + rest.slice(0, cut), 'latin1');
    },
    get pending() {
      return held.length > 0;
    },
    flush() {
      const rest = held.replaceAll(pattern, mask);
      held = '';
      return Buffer.from(rest, 'latin1');
    },
    text: (text) =>
      Buffer.from(Buffer.from(text, 'utf8').toString('latin1').replaceAll(pattern, mask), 'latin1').toString(
        'utf8',
      ),
  };

  function couldGrow(tail: string): boolean {
    return forms.some((form) => form.length > tail.length && form.startsWith(tail));
  }
}

const passThrough: Masker = {
  write: (chunk) => chunk,
  pending: false,
  flush: () => new Uint8Array(),
  text: (text) => text,
};

/** The ways in which a secret is commonly printed, each as latin1 text of its bytes. */
function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= minLineLength);
  const values = [secret, secret.trim(), ...lines].filter((value) => value.length >= minSecretLength);
  const forms = values.flatMap((value) => [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    ...base64Forms(value),
  ]);
  return forms
    .filter((form) => form.length >= minSecretLength)
    .map((form) => Buffer.from(form, 'utf8').toString('latin1'));
}

/** Base 64 of the value alone, and the part that is the same wherever the value stands in a longer text. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const inner = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const skip = offset === 0 ? 0 : offset + 1;
    const end = encoded.indexOf('=') < 0 ? encoded.length : encoded.indexOf('=') - 1;
    return encoded.slice(skip, end);
  });
  const whole = [bytes.toString('base64'), bytes.toString('base64url')];
  return [...whole, ...inner.filter((form) => form.length >= minLineLength)];
}
