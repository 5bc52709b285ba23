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

  /** The places, first to last, from which on the text may be the beginning of a secret. */
  function openPlaces(text: string): number[] {
    const places: number[] = [];
    for (let at = Math.max(0, text.length - longest + 1); at < text.length; at += 1) {
      const size = text.length - at;
      const begins = (form: string) => form.length > size && text.endsWith(form.slice(0, size));
      if (byFirst.get(text.charAt(at))?.some(begins)) places.push(at);
    }
    return places;
  }

  return {
    write(chunk) {
      const text = held + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
      const places = openPlaces(text);
      let safe = '';
      let last = 0;
      const nextOpen = () => places.find((at) => at >= last) ?? text.length;
      for (const match of text.matchAll(pattern)) {
        // Whatever comes first decides, as if all had come in one piece: here it is what may yet grow.
        if (nextOpen() <= match.index) break;
        safe += text.slice(last, match.index) + mask;
        last = match.index + match[0].length;
      }
      const cut = nextOpen();
      held = text.slice(cut);
      return Buffer.from(safe + text.slice(last, cut), 'latin1');
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
}

const passThrough: Masker = {
  write: (chunk) => chunk,
  pending: false,
  flush: () => new Uint8Array(),
  text: (text) => text,
};

/** The ways in which a secret is commonly printed, each as latin1 text of its bytes. */
function formsOf(secret: string): string[] {
  // Half a surrogate pair cannot be encoded, and no program can be given one.
  const text = secret.toWellFormed();
  const lines = text.split(/\r?\n/).filter((line) => line.length >= minLineLength);
  const values = [text, text.trim(), ...lines].filter((value) => value.length >= minSecretLength);
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
  const forms = [bytes.toString('base64'), ...inner.filter((form) => form.length >= minLineLength)];
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')]);
}
