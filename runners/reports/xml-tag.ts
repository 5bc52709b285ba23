import { decodeEntities } from './xml-entities.ts';

export type XmlTag = { name: string; attributes: ReadonlyMap<string, string>; isEmpty: boolean };

/** Where the tag that begins at `from` ends: at the first `>` outside of quotes. Undefined when it does not yet. */
export function tagEnd(text: string, from: number): number | undefined {
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === greater) return at;
    if (character !== doubleQuote && character !== singleQuote) continue;
    at = text.indexOf(character === doubleQuote ? '"' : "'", at + 1);
    if (at < 0) return undefined;
  }
  return undefined;
}

const greater = 0x3e;
const doubleQuote = 0x22;
const singleQuote = 0x27;

const nameForm = /[^\s=/<>"'&]+/y;
/** Each alternative begins with another character, so that no text makes it try twice. */
const attributeForm = /\s+([^\s=/<>"'&]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const endForm = /\s*(\/?)$/y;

/** What stands between `<` and `>` of an opening tag, or what is wrong with it. */
export function readTag(inner: string): XmlTag | string {
  nameForm.lastIndex = 0;
  const name = nameForm.exec(inner)?.[0];
  if (name === undefined) return 'a tag without a name';
  const attributes = new Map<string, string>();
  let at = name.length;
  for (;;) {
    attributeForm.lastIndex = at;
    const found = attributeForm.exec(inner);
    if (!found) break;
    const [whole, attribute = '', doubled, single = ''] = found;
    const value = decodeEntities(doubled ?? single);
    if (value === undefined) return 'an entity that is none of XML';
    if (attributes.has(attribute)) return `the attribute ${attribute.slice(0, 40)} twice`;
    attributes.set(attribute, value);
    at += whole.length;
  }
  endForm.lastIndex = at;
  const end = endForm.exec(inner);
  if (!end) return `<${name.slice(0, 40)}> with attributes that cannot be read`;
  return { name, attributes, isEmpty: end[1] === '/' };
}
