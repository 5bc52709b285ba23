import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { openMirrors } from '../../../runners/workspace/mirror.ts';
import { createPipelineSource } from '../../../src/git/pipeline-source.ts';
import { newId } from '../../../src/ids.ts';
import { type PlanPorts, planDelivery } from '../../../src/runs/plan-delivery.ts';
import { createSqlRunStore } from '../../../src/sql/sql-run-store.ts';
import { createPages } from '../../../src/web/pages.ts';
import { testApp } from '../http/test-app.ts';
import { openRecoveryScene } from './recovery-scene.ts';

/** From the push to what the API and the page say of it: everything but control's loop around the planning. */
export async function openWhyScene(given: Pick<PlanPorts, 'repositories' | 'templates' | 'policy'> = {}) {
  const scene = await openRecoveryScene();
  const { git, db, history, inbox, forge } = scene;
  const mirrors = openMirrors({ directory: join(scene.directory, 'mirrors'), allowedBases: [git.url] });
  onTestFinished(() => mirrors.close());
  const store = createSqlRunStore(db, { now: Date.now, newId, onEffects: () => {} });
  const ports: PlanPorts = {
    forges: { github: forge },
    pipelines: createPipelineSource(mirrors),
    now: Date.now,
    newId,
    ...given,
  };
  const { app } = testApp({ history, pages: createPages({ history, now: Date.now }) });

  async function settleAll(): Promise<void> {
    const signal = new AbortController().signal;
    for (;;) {
      const [delivery] = await inbox.take({ nowMs: Date.now(), holdMs: 60_000, limit: 1 });
      if (!delivery) return;
      const planned = await planDelivery(delivery, ports, signal);
      if ('again' in planned) throw new Error(planned.again);
      const reason = [...(planned.notes ?? []), ...planned.no].join('; ');
      const outcome = planned.runs.length > 0 ? 'runs' : 'ignored';
      await store.settleDelivery(delivery.id, { outcome, reason, settledAtMs: Date.now() }, planned.runs);
    }
  }

  return {
    ...scene,
    app,
    /** The newest delivery as the API gives it, after making sure that its page says the very same. */
    async verdict() {
      await settleAll();
      const { items } = await history.listDeliveries({}, { limit: 1 });
      const [newest] = items;
      const answer = await app.request(`/api/v1/deliveries/${newest?.id}`);
      const json = (await answer.json()) as {
        outcome: string;
        reason?: string;
        runs?: { id: string }[];
      };
      const page = await (await app.request(`/deliveries/${newest?.id}`)).text();
      const shown = page.replaceAll('&quot;', '"').replaceAll('&#39;', "'");
      if (json.outcome === 'ignored') expect(shown).toContain(`Nothing ran: <bdi>${json.reason}</bdi>`);
      return json;
    },
  };
}
