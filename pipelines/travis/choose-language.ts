import { quote } from '../yaml-path.ts';
import type { Language } from './language.ts';
import { languages, suites, usualSuite } from './languages.ts';
import { type Fields, itemsOf, type Node, type Reader, textOf } from './read-node.ts';

/** Images that stand for the usual ones, by language, or by language and version: `node_js:18`. */
export type ImageOverrides = Readonly<Record<string, string>>;

/** Travis takes a file without a language for one of Ruby. */
export function languageOf(reader: Reader, fields: Fields): Language | { unknown: string; node: Node } {
  const node = fields.get('language');
  const [first] = node === undefined ? [] : itemsOf(node);
  const text = first === undefined ? undefined : textOf(reader, first);
  if (first === undefined || text === undefined) return guessed(fields);
  const name = text.toLowerCase().replaceAll('-', '_');
  const found = Object.hasOwn(languages, name) ? languages[name] : undefined;
  return found ?? { unknown: text, node: first };
}

function guessed(fields: Fields): Language {
  const named = Object.values(languages).find(({ key }) => key !== undefined && fields.has(key));
  const ruby = languages['ruby'];
  return named ?? ruby ?? { name: 'ruby', image: () => undefined };
}

export function versionKeyOf(language: ReturnType<typeof languageOf>): string | undefined {
  return 'unknown' in language ? undefined : language.key;
}

export type Choice = { language: Language; version: string; image: string } | { why: string };

/** The image of a job, or why there is none. What is no mistake of the file leaves the job out. */
export function chooseImage(reader: Reader, fields: Fields, images: ImageOverrides): Choice | undefined {
  const system = textAt(reader, fields, 'os')?.toLowerCase() ?? 'linux';
  if (!/^linux(-.*)?$/.test(system)) return { why: `os ${system}: jobs run in Linux containers` };
  const arch = textAt(reader, fields, 'arch') ?? 'amd64';
  if (arch !== 'amd64') return { why: `arch ${arch}: the images are those of amd64` };

  const language = languageOf(reader, fields);
  if ('unknown' in language) return unknown(reader, language, images);
  const suite = suiteOf(reader, fields, language, images);
  const version =
    language.key === undefined ? suite : (textAt(reader, fields, language.key) ?? language.usual ?? suite);
  const override = overrideOf(images, language.name, version);
  const image = override ?? language.image(version);
  if (image !== undefined && /^[a-zA-Z0-9][\w./:@-]{0,254}$/.test(image)) return { language, version, image };
  return { why: `${language.key ?? 'language'} ${quote(version)}: there is no official image of it` };
}

function unknown(
  reader: Reader,
  { unknown: text, node }: { unknown: string; node: Node },
  images: ImageOverrides,
): Choice | undefined {
  const name = text.toLowerCase();
  const override = overrideOf(images, name, '');
  if (override !== undefined)
    return { language: { name, image: () => override }, version: '', image: override };
  const known = [...new Set(Object.values(languages).map((each) => each.name))].join(', ');
  reader.error(
    node,
    `no image is known for language ${quote(text)}`,
    `one of ${known}, or an image for it in HOOKLINE_TRAVIS_IMAGES`,
  );
  return undefined;
}

function overrideOf(images: ImageOverrides, language: string, version: string): string | undefined {
  const key = [`${language}:${version}`, language].find((each) => Object.hasOwn(images, each));
  return key === undefined ? undefined : images[key]?.replaceAll('{version}', version);
}

/** Only where the language has no image of its own does the system underneath make a difference. */
function suiteOf(reader: Reader, fields: Fields, language: Language, images: ImageOverrides): string {
  const node = fields.get('dist');
  if (node === undefined) return usualSuite;
  const [first = node] = itemsOf(node);
  const suite = textOf(reader, first)?.toLowerCase() ?? '';
  if (overrideOf(images, language.name, suite) !== undefined) return suite;
  if (language.key !== undefined) {
    reader.warn(
      first,
      `dist ${suite} has no effect here`,
      `the official image of ${language.name} is what the job runs in`,
    );
    return usualSuite;
  }
  if (suites.includes(suite)) return suite;
  reader.warn(
    first,
    `no image is known for dist ${quote(suite)}`,
    `${usualSuite} is taken; known are ${suites.join(', ')}`,
  );
  return usualSuite;
}

function textAt(reader: Reader, fields: Fields, key: string): string | undefined {
  const node = fields.get(key);
  const [first] = node === undefined ? [] : itemsOf(node);
  return first === undefined ? undefined : textOf(reader, first);
}
