import { answerCommand } from './answer-approval.ts';

export const approve = answerCommand('approve', 'lets what waits for an approval go on');
