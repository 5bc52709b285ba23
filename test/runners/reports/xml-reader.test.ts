import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReportRefusal } from '../../../runners/reports/report-refusal.ts';
import { createXmlReader } from '../../../runners/reports/xml-reader.ts';

type Node = { name: string; attributes: Record<string, string>; children: (Node | string)[] };

/** What a document says, from pieces that end after so many characters. */
function read(xml: string, pieceLength = xml.length): string[] {
  const said: string[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') said.push(`"${text}"`);
    text = '';
  };
  const reader = createXmlReader({
    open(name, attributes) {
      flush();
      said.push(`<${[name, ...[...attributes].map(([key, value]) => `${key}=${value}`)].join(' ')}>`);
    },
    text(piece) {
      text += piece;
    },
    close(name) {
      flush();
      said.push(`</${name}>`);
    },
  });
  for (let at = 0; at < xml.length; at += Math.max(1, pieceLength)) {
    reader.write(xml.slice(at, at + Math.max(1, pieceLength)));
  }
  reader.end();
  return said;
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function written({ name, attributes, children }: Node): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const inner = children.map((child) => (typeof child === 'string' ? escaped(child) : written(child)));
  return children.length === 0
    ? `<${name}${pairs.join('')}/>`
    : `<${name}${pairs.join('')}>${inner.join('')}</${name}>`;
}

function told({ name, attributes, children }: Node): string[] {
  const pairs = Object.entries(attributes).map(([key, value]) => `${key}=${value}`);
  const inner = children.flatMap((child) => (typeof child === 'string' ? [`"${child}"`] : told(child)));
  return [`<${[name, ...pairs].join(' ')}>`, ...inner, `</${name}>`];
}

const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);
const attributes = fc.dictionary(name, fc.string({ unit: 'binary' }), { maxKeys: 3, noNullPrototype: true });
const text = fc.string({ unit: 'binary', minLength: 1 }).map((value) => value.toWellFormed());
const leaf = fc.record({ name, attributes, children: fc.array(text, { maxLength: 1 }) });
const branch = fc.record({ name, attributes, children: fc.array(leaf, { maxLength: 3 }) });
const node: fc.Arbitrary<Node> = fc.record({
  name,
  attributes,
  children: fc.array(branch, { maxLength: 3 }),
});

describe('XML, read piece by piece', () => {
  it('is the same however it is cut', () => {
    const xml =
      '\ufeff'.slice(1) +
      '<?xml version="1.0"?><!DOCTYPE a PUBLIC "-//X//EN" "a.dtd"[]>\n<!-- <b> --><a x="1 &gt; 0" y=\'"\'>' +
      'one &amp; two&#10;&#x41;<![CDATA[<raw> & ]] ]>]]><s:b z="&apos;"/><?php > ?><!---->three</a >\n<!-- end -->';
    const whole = read(xml);
    expect(whole).toEqual([
      '<a x=1 > 0 y=">',
      '"one & two\nA<raw> & ]] ]>"',
      "<b z='>",
      '</b>',
      '"three"',
      '</a>',
    ]);
    for (let length = 1; length < 30; length += 1) expect(read(xml, length)).toEqual(whole);
  });

  it('says what was written, whatever that was', () => {
    fc.assert(
      fc.property(node, fc.integer({ min: 1, max: 40 }), (root, length) => {
        expect(read(written(root), length)).toEqual(told(root));
      }),
    );
  });

  it('ends for any text, well-formed or not, with what it says or with a refusal', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '</',
        '/>',
        '<a',
        '<a>',
        '</a>',
        '"',
        "'",
        '=',
        '&',
        ';',
        '&lt;',
        '&#',
        '<!--',
        '-->',
      ),
      fc.constantFrom('<![CDATA[', ']]>', '<?', '?>', '<!DOCTYPE', '[', ']', ' x="', ' ', '\n'),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (pieces, length) => {
        const outcome = (pieceLength: number) => {
          try {
            return read(pieces.join(''), pieceLength);
          } catch (error) {
            if (!(error instanceof ReportRefusal)) throw error;
            return error.code;
          }
        };
        expect(outcome(length)).toEqual(outcome(10_000));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['', 'there is nothing in it'],
    ['<a>\n<b></a>', '</a> where <b> is open in line 2'],
    ['<a>\n\n', 'it ends within <a> in line 3'],
    ['<a/><b/>', 'a second root element in line 1'],
    ['<a/>text', 'text outside of the root element in line 1'],
    ['<a>\n&nbsp;</a>', 'an entity that is none of XML in line 2'],
    ['<a>1 & 2</a>', 'an entity that is none of XML in line 1'],
    ['<a x=1/>', '<a> with attributes that cannot be read in line 1'],
    ['<a x="1" x="2"/>', 'the attribute x twice in line 1'],
    ['<a x="<"/>', '<a> with attributes that cannot be read in line 1'],
    ['<a><!ELEMENT b></a>', 'markup that is not known in line 1'],
    ['<a/', 'it ends'],
  ])('refuses %j: %s', (xml, message) => {
    expect(() => read(xml, 1)).toThrow(message);
    expect(() => read(xml)).toThrow(ReportRefusal);
  });

  it('declares, fetches and expands nothing', () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "&c;&c;"><!ENTITY c "&d;&d;">]><a>&b;</a>';
    expect(() => read(bomb)).toThrow('a document type that declares something in line 1');
    const outside = '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a>&b;</a>';
    expect(() => read(outside)).toThrow('an entity that is none of XML');
  });

  it('holds neither deep documents nor endless tags', () => {
    expect(() => read('<a>'.repeat(300))).toThrow('more than 200 elements inside one another');
    expect(() => read(`<a x="${'y'.repeat(2 ** 21)}"/>`, 65_536)).toThrow('a tag of more than 1 MiB');
    expect(() => read(`<${'a'.repeat(2_000)}/>`)).toThrow('a name of more than 1000 characters');
  });
});
