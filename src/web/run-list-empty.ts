import { html } from 'hono/html';
import type { Html } from './html-text.ts';

export const smallestPipeline = `image: node:24
steps:
  - npm ci
  - npm test
`;

/** What a newcomer sees: the three things between here and a first run. */
export function noRunsYet(origin: string): Html {
  return html`<section class="welcome">
<h2>No runs yet. Three steps to the first one.</h2>
<ol>
<li><h3>Point a webhook here</h3>
<p>On GitHub: <b>Settings → Webhooks → Add webhook</b> of the repository.</p>
<dl class="facts">
<dt>Payload URL</dt><dd><code>${origin}/webhooks/github</code></dd>
<dt>Content type</dt><dd><code>application/json</code></dd>
<dt>Secret</dt><dd>the value of <code>GITHUB_WEBHOOK_SECRET</code> where hookline runs</dd>
<dt>Events</dt><dd>pushes and pull requests</dd>
</dl>
<p class="note">GitHub must be able to reach this address. For CodeCommit the address is <code>${origin}/webhooks/codecommit</code> and the secret <code>CODECOMMIT_WEBHOOK_SECRET</code>.</p></li>
<li><h3>Say what to run</h3>
<p>Commit a <code>.hookline.yml</code> to the repository:</p>
<pre><code>${smallestPipeline}</code></pre></li>
<li><h3>Push</h3>
<p>The run appears here by itself. If it does not, the <a href="/deliveries">delivery log</a> says what arrived and why nothing ran.</p></li>
</ol>
</section>`;
}
