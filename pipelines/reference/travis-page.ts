import { keySections } from '../travis/travis-keys.ts';
import { travisPageName } from './find-travis-reference.ts';
import { anchorOf, type ReferencePage } from './reference-page.ts';

/** The page of all keys of a `.travis.yml`. */
export function travisPage(): ReferencePage {
  return {
    name: travisPageName,
    blocks: [
      { type: 'heading', level: 1, code: '.travis.yml', anchor: '' },
      {
        type: 'text',
        text:
          'Every key that a `.travis.yml` may have, and what becomes of it here. as at Travis: it is carried out as there. ' +
          'otherwise: it is, in the way that is told. no effect: nothing is made of it, and nothing is lost. left out: ' +
          'nothing is made of it, which is a warning. Keys of jobs may stand in `jobs.include`, too, and `-` for `_` in any.',
      },
      ...keySections.flatMap(({ title, keys }) => [
        { type: 'section' as const, text: title },
        { type: 'keys' as const, keys: keys.map((key) => ({ ...key, anchor: anchorOf(key.path) })) },
      ]),
    ],
  };
}
