import type { EndedStatus } from '../runs/notification.ts';
import type { Post } from './post-request.ts';
import { failureLines, lineOf, placeText, type RunReport, tookText } from './run-report.ts';

const colors: Record<EndedStatus, string> = {
  success: '#2e7d32',
  failure: '#c62828',
  error: '#ad5b00',
  cancelled: '#6b6b6b',
};
const mostLines = 5;

/** A message for an incoming webhook of Slack, Mattermost, Rocket.Chat and others that take the same. */
export function slackMessage(report: RunReport, { url, channel }: { url: string; channel?: string }): Post {
  const { run, word, runUrl } = report;
  const took = tookText(run);
  const head = `<${runUrl}|Run #${run.number}> of ${escaped(run.repository)} on ${escaped(placeText(run))}: *${word}*${took === '' ? '' : ` in ${took}`}`;
  const title = `${run.change.sha.slice(0, 7)} ${run.change.title} (${run.change.author.name})`;
  const failures = failureLines(run).slice(0, mostLines).map(escaped);
  const text = [escaped(lineOf(title)), ...failures.map((line) => `• ${line}`)].join('\n');
  const fallback = `Run #${run.number} of ${run.repository}: ${word}`;
  const body = JSON.stringify({
    ...(channel === undefined ? {} : { channel }),
    text: head,
    attachments: [{ fallback: escaped(fallback), color: colors[run.status], text, mrkdwn_in: [] }],
  });
  return { url, body, headers: { 'content-type': 'application/json' } };
}

/** Three characters have a meaning (https://api.slack.com/reference/surfaces/formatting#escaping). */
function escaped(text: string): string {
  return lineOf(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
