import { html } from 'hono/html';
import { coverageText, notNamed, type TestResults, testsText } from '../contract/job-reports.ts';
import type { JobDetail, RunDetail } from '../runs/history.ts';
import { placeOf, reportsOf, titleOf } from '../runs/test-reports.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { durationText } from './time-view.ts';

/** What the tests of each job came to, with those that failed, as the newest attempt told it. */
export function testResults(run: RunDetail): Html {
  const jobs = run.jobs.filter((job) => reportsOf(job) !== undefined);
  if (jobs.length === 0) return nothing;
  return html`<section class="part">
<h2>Tests</h2>
<ul class="rows">
${jobs.map((job) => testsOfJob(run, job))}</ul>
</section>`;
}

function testsOfJob(run: RunDetail, job: JobDetail): Html {
  const { tests, coverage, problems = [] } = reportsOf(job) ?? {};
  return html`<li id="tests-${job.id}">
<div class="tests-head">
<a class="strong" href="/runs/${run.id}?job=${job.id}">${isolated(job.name)}</a>
${tests ? html`<span>${testsText(tests)}</span> <span class="quiet">in ${durationText(tests.durationMs)}</span>` : ''}
${coverage ? html`<span>coverage ${coverageText(coverage)}</span>` : ''}
</div>
${tests && tests.failures.length > 0 ? failures(job, tests) : ''}
${problems.map((problem) => html`<p class="quiet">Warning: ${isolated(problem)}</p>\n`)}</li>
`;
}

function failures(job: JobDetail, tests: TestResults): Html {
  const count = tests.failed + tests.errors;
  const more = notNamed(tests);
  return html`<details class="failed-tests" id="failed-${job.id}" open>
<summary>${count === 1 ? '1 test that did not pass' : `${count} tests that did not pass`}</summary>
<ol>
${tests.failures.map((test) => {
  const place = placeOf(test);
  return html`<li>
<b>${isolated(titleOf(test))}</b>${test.kind === 'error' ? html` <span class="tag">broke</span>` : ''}
${place === '' ? '' : html`<code class="place">${isolated(place)}</code>`}
${test.message === '' ? '' : html`<pre class="step-message">${test.message}</pre>`}
</li>
`;
})}</ol>
${more > 0 ? html`<p class="quiet">and ${more} more, which the reports name</p>` : ''}
</details>`;
}
