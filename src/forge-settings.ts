import type { Setting } from './setting.ts';

/** Those of the places that code and deliveries come from. */
export const forgeSettings: readonly Setting[] = [
  {
    name: 'GITHUB_WEBHOOK_SECRET',
    fallback: 'GitHub deliveries are refused',
    meaning: 'secret of the webhook',
    secret: true,
  },
  {
    name: 'GITHUB_WEBHOOK_SECRET_PREVIOUS',
    fallback: 'none',
    meaning: 'the secret before, while it is being changed',
    secret: true,
  },
  {
    name: 'GITHUB_TOKEN',
    fallback: 'public clones, no statuses',
    meaning: 'clones and posts commit statuses',
    secret: true,
  },
  {
    name: 'GITHUB_APP_ID',
    fallback: 'no App',
    meaning: 'number of the GitHub App as which hookline clones and reports, in place of a token',
  },
  {
    name: 'GITHUB_APP_PRIVATE_KEY',
    fallback: 'no App',
    meaning: 'private key of that App: its PEM text, or the path of a file that holds it',
    secret: true,
  },
  { name: 'GITHUB_SERVER_URL', fallback: 'https://github.com', meaning: 'GitHub Enterprise Server' },
  {
    name: 'GITHUB_API_URL',
    fallback: 'https://api.github.com',
    meaning: 'REST API; for another server SERVER/api/v3',
  },
  {
    name: 'CODECOMMIT_WEBHOOK_SECRET',
    fallback: 'CodeCommit deliveries are refused',
    meaning: 'secret shared with the Lambda bridge',
    secret: true,
  },
  {
    name: 'CODECOMMIT_SNS_TOPICS',
    fallback: 'messages of SNS are refused',
    meaning: 'ARNs of the topics that bring CodeCommit events by SNS, with commas between',
  },
  {
    name: 'CODECOMMIT_EVENTBRIDGE_KEY',
    fallback: 'events of EventBridge are refused',
    meaning:
      'key of the connection of an API destination, at least 16 characters; several with commas between',
    secret: true,
  },
  {
    name: 'CODECOMMIT_GIT_URL',
    fallback: 'https://git-codecommit.REGION.amazonaws.com',
    meaning: 'base of the clone addresses',
  },
  {
    name: 'HOOKLINE_GIT_REPOSITORIES',
    fallback: 'none',
    meaning:
      'repositories of any other git server, such as `team/site=https://git.example.com/site.git`, with `;` between',
  },
  {
    name: 'HOOKLINE_GIT_POLL_S',
    fallback: '60',
    meaning: 'seconds between two looks at the branches of each of those; 0 for none',
  },
  {
    name: 'HOOKLINE_GIT_SECRET',
    fallback: 'pushes told by hooks are refused',
    meaning: 'secret of the hooks that tell of pushes to those, at least 16 characters',
    secret: true,
  },
  {
    name: 'HOOKLINE_GIT_CREDENTIALS',
    fallback: 'public clones',
    meaning: 'who hookline is to those servers: `https://USER:TOKEN@git.example.com`, with spaces between',
    secret: true,
  },
];
