import { EngineRefusal, type Step } from './engine.ts';

/** Linux gives one argument or variable, with its name and the closing NUL, 32 pages (MAX_ARG_STRLEN, execve(2)). */
const VARIABLE_LIMIT_BYTES = 131_072;

/** Refuses a step that no process could be given: better here, by name, than as a shell's riddle in its output. */
export function checkStep(step: Step): void {
  for (const [name, value] of Object.entries(step.env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      refuse(
        `the environment variable ${JSON.stringify(name)} cannot be set by a shell: use letters, digits and _ only, not starting with a digit`,
      );
    }
    if (value.includes('\0')) {
      refuse(
        `the environment variable ${name} contains a NUL byte, which no process can be given: encode it`,
      );
    }
    const sizeBytes = Buffer.byteLength(name) + Buffer.byteLength(value) + 2;
    if (sizeBytes > VARIABLE_LIMIT_BYTES) {
      refuse(
        `the environment variable ${name} takes ${sizeBytes} bytes and Linux allows ${VARIABLE_LIMIT_BYTES}: put it in a file`,
      );
    }
  }
  if (step.script.includes('\0')) refuse('the script contains a NUL byte, which no shell can be given');
  if (step.workingDirectory.includes('\0')) refuse('the working directory contains a NUL byte');
}

function refuse(message: string): never {
  throw new EngineRefusal('step-invalid', message);
}
