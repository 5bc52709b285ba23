import { readFileSync } from 'node:fs';

const lineCount = 6;

/** The end of hookline's log as sentences; what is no JSON stands as it is. */
export function lastWords(logFile: string): string[] {
  let text: string;
  try {
    text = readFileSync(logFile, 'utf8');
  } catch {
    return [];
  }
  return text.trimEnd().split('\n').slice(-lineCount).map(sentence);
}

function sentence(line: string): string {
  try {
    const { level, process: part, msg } = JSON.parse(line) as Record<string, string>;
    return `${part} ${level}: ${msg}`;
  } catch {
    return line;
  }
}
