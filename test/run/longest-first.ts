import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Those that take a minute or more, longest first. Vitest, which knows no times in a fresh clone, goes by the size of a
 * file, and one of these that begins last is waited for by every other processor.
 */
const longest = ['compose', 'bad-luck-kills', 'chaos', 'codedeploy', 'pages', 'schedules', 'lost-webhooks'];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = longest.findIndex((name) => moduleId.endsWith(`/e2e/${name}.test.ts`));
  return rank < 0 ? longest.length : rank;
};

/** A class, since that is what Vitest asks for. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
