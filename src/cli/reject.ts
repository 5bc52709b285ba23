import { answerCommand } from './answer-approval.ts';

export const reject = answerCommand('reject', 'ends what waits for an approval');
