import { expect, it } from 'vitest';
import { slackMessage } from '../../../src/notify/slack-message.ts';
import { endedRun, sampleReport } from './sample-report.ts';

const messageOf = (report = sampleReport()) =>
  JSON.parse(slackMessage(report, { url: 'https://hooks.slack.com/x', channel: '#ci' }).body) as {
    text: string;
    channel: string;
    attachments: { color: string; text: string }[];
  };

it('says result, place and link, and what failed, in the colour of the result', () => {
  const { text, channel, attachments } = messageOf();
  expect(channel).toBe('#ci');
  expect(text).toBe('<https://ci.example.com/runs/run01|Run #42> of octo/app on main: *Broken* in 1 min 6 s');
  expect(attachments[0]?.color).toBe('#c62828');
  expect(attachments[0]?.text).toBe('a1b2c3d Mend the pump (Ada)\n• test, step npm test: exited with code 1');
});

it('lets nobody who writes a title call all of a room', () => {
  const change = {
    ...endedRun().change,
    title: '<!channel> & <https://evil.example|click>',
    branch: '<@U1>',
  };
  const said = JSON.stringify(messageOf(sampleReport({ run: endedRun({ change }) })));
  expect(said).toContain('&lt;!channel&gt; &amp;');
  expect(said).not.toMatch(/<!channel>|<@U1>|<https:\/\/evil/);
});
