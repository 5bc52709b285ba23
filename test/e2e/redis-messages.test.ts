import { describe, expect, it, onTestFinished } from 'vitest';
import { describeLink, sampleFrame, soon } from '../contracts/link-contract.ts';
import { describeLiveLog } from '../contracts/live-log-contract.ts';
import { openRedisBench } from './redis-bench.ts';

const redis = openRedisBench();

describeLink('Redis', redis.openLink);
describeLiveLog('Redis', redis.openLiveLog);

describe('frames', () => {
  it('that a dead control took are given to another', async () => {
    const link = await redis.openLink();
    let release = () => {};
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    onTestFinished(() => {
      release();
      return link.close();
    });
    let taken = 0;
    await link.control('c1').onFrame(() => {
      taken += 1;
      return stuck;
    });
    const runner = link.runner('r1.a');
    await runner.send(sampleFrame('s1', 'stuck'));
    await soon('the first to take it', () => taken === 1);
    const heard: string[] = [];
    await link.control('c2').onFrame(async (frame) => {
      heard.push(frame.payload);
    });
    await soon('the other', () => heard.length === 1);
    expect(heard).toEqual(['stuck']);
  }, 60_000);

  it('leave nothing behind in the stream when they were handled', async () => {
    const link = await redis.openLink();
    onTestFinished(link.close);
    let handled = 0;
    await link.control('c1').onFrame(async () => {
      handled += 1;
    });
    const runner = link.runner('r1.a');
    for (let index = 0; index < 50; index += 1) await runner.send(sampleFrame(`s${index}`));
    await soon('all', () => handled === 50);
    let length = -1;
    await soon('an empty stream', () => {
      void link.admin.xlen('hookline:to-control').then((now) => {
        length = now;
      });
      return length === 0;
    });
    const [pending] = await link.admin.xpending('hookline:to-control', 'control');
    expect(pending).toBe(0);
  });

  it('that are none are dropped, and the next one is heard', async () => {
    const link = await redis.openLink();
    onTestFinished(link.close);
    const heard: string[] = [];
    await link.control('c1').onFrame(async (frame) => {
      heard.push(frame.payload);
    });
    await link.admin.xadd('hookline:to-control', '*', 'frame', '{"v":1,"type":"conquer"}');
    await link.admin.xadd('hookline:to-control', '*', 'frame', 'not JSON');
    await link.runner('r1.a').send(sampleFrame('s1', 'good'));
    await soon('the good one', () => heard.length === 1);
  });
});

describe('the live tail in Redis', () => {
  it('takes at most 1 MiB of its memory', async () => {
    const log = await redis.openLiveLog();
    onTestFinished(log.close);
    for (let line = 0; line < 150; line += 1) {
      await log.writer.append('job', 1, { firstLine: line, lines: ['\u0001☂'.repeat(6_000)] });
    }
    const bytes = await log.admin.memory('USAGE', 'hookline:log:job:1', 'SAMPLES', 0);
    expect(bytes).toBeLessThanOrEqual(1.25 * 1024 * 1024);
    expect(bytes).toBeGreaterThan(256 * 1024);
  });

  it('is forgotten when its job ended', async () => {
    const log = await redis.openLiveLog();
    onTestFinished(log.close);
    await log.writer.append('job', 1, { firstLine: 0, lines: ['one'] });
    await log.writer.end('job', 1);
    const leftMs = await log.admin.pttl('hookline:log:job:1');
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(60_000);
  });
});
