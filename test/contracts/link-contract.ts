import { describe, expect, it, onTestFinished } from 'vitest';
import type { Frame } from '../../src/contract/frame.ts';
import type { ControlLink, RunnerLink } from '../../src/contract/link.ts';
import { waitUntil } from '../support/wait-until.ts';

export type OpenLink = {
  runner(address: string): RunnerLink;
  control(name: string): ControlLink;
  close(): Promise<void>;
};

export function sampleFrame(subject: string, payload = '{}', runner = 'r1.a'): Frame {
  return { v: 1, type: 'heartbeat', subject, runner, payload, proof: 'p' };
}

export const soon = (what: string, isTrue: () => boolean) =>
  waitUntil(async () => isTrue(), { what, timeoutMs: 30_000 });

/** What every way between runners and control must do when nothing goes wrong; what may go wrong is its own matter. */
export function describeLink(name: string, open: () => Promise<OpenLink>): void {
  async function opened(): Promise<OpenLink> {
    const link = await open();
    onTestFinished(() => link.close());
    return link;
  }

  describe(`the link: ${name}`, () => {
    it('brings frames to control and answers to the runner they name, and to no other', async () => {
      const link = await opened();
      const control = link.control('c1');
      const [one, two] = [link.runner('r1.a'), link.runner('r2.a')];
      const heard: Record<string, string[]> = { one: [], two: [] };
      one.onFrame((frame) => heard['one']?.push(frame.payload));
      two.onFrame((frame) => heard['two']?.push(frame.payload));
      await control.onFrame(async (frame) => control.send(frame.runner, { ...frame, payload: 'answer' }));
      await one.send(sampleFrame('s1'));
      await soon('the answer', () => heard['one']?.length === 1);
      expect(heard).toEqual({ one: ['answer'], two: [] });
    });

    it('keeps frames that nobody is there for', async () => {
      const link = await opened();
      const runner = link.runner('r1.a');
      await runner.send(sampleFrame('s1', 'before'));
      const control = link.control('c1');
      const heard: string[] = [];
      await control.onFrame(async (frame) => {
        heard.push(frame.payload);
      });
      await soon('the frame', () => heard.length === 1);
      await control.send('r9.a', sampleFrame('s2', 'early'));
      const late: string[] = [];
      link.runner('r9.a').onFrame((frame) => late.push(frame.payload));
      await soon('the early frame', () => late.length === 1);
    });

    it('hands over frames of one subject in order and one at a time, those of others meanwhile', async () => {
      const link = await opened();
      const control = link.control('c1');
      const runner = link.runner('r1.a');
      const order: string[] = [];
      let atOnce = 0;
      let most = 0;
      let release = () => {};
      const blocked = new Promise<void>((resolve) => {
        release = resolve;
      });
      await control.onFrame(async ({ subject, payload }) => {
        if (subject === 'slow') {
          atOnce += 1;
          most = Math.max(most, atOnce);
          await blocked;
          atOnce -= 1;
        }
        order.push(`${subject} ${payload}`);
      });
      for (const payload of ['1', '2', '3']) await runner.send(sampleFrame('slow', payload));
      await runner.send(sampleFrame('quick', '1'));
      await soon('the quick one', () => order.length === 1);
      release();
      await soon('the slow ones', () => order.length === 4);
      expect(order).toEqual(['quick 1', 'slow 1', 'slow 2', 'slow 3']);
      expect(most).toBe(1);
    });

    it('shares the work among controls, and what one cannot handle comes again', async () => {
      const link = await opened();
      const runner = link.runner('r1.a');
      const handled: string[] = [];
      let refusals = 0;
      for (const control of [link.control('c1'), link.control('c2')]) {
        await control.onFrame(async (frame) => {
          if (frame.subject === 's0' && refusals < 1) {
            refusals += 1;
            throw new Error('the database is away');
          }
          handled.push(frame.subject);
        });
      }
      for (let index = 0; index < 20; index += 1) await runner.send(sampleFrame(`s${index}`));
      await soon('every frame', () => new Set(handled).size === 20);
      expect(handled).toHaveLength(20);
    });

    it('goes on after a runner could not make sense of a frame', async () => {
      const link = await opened();
      const control = link.control('c1');
      const heard: string[] = [];
      link.runner('r1.a').onFrame((frame) => {
        if (frame.payload === 'bad') throw new Error('a defect');
        heard.push(frame.payload);
      });
      await control.send('r1.a', sampleFrame('s1', 'bad'));
      await control.send('r1.a', sampleFrame('s1', 'good'));
      await soon('the good one', () => heard.length === 1);
    });

    it('hands over nothing after it was closed, and may be closed twice', async () => {
      const link = await opened();
      const control = link.control('c1');
      const heard: string[] = [];
      await control.onFrame(async (frame) => {
        heard.push(frame.subject);
      });
      await control.close();
      await control.close();
      const runner = link.runner('r1.a');
      await runner.send(sampleFrame('s1'));
      const next: string[] = [];
      await link.control('c2').onFrame(async (frame) => {
        next.push(frame.subject);
      });
      await soon('the next control', () => next.length === 1);
      expect(heard).toEqual([]);
      await runner.close();
      await runner.close();
    });
  });
}
