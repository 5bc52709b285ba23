/** Even at three bytes for each UTF-16 unit a part stays below the 128 KiB that Linux allows one argument. */
const partLength = 40_000;

/**
 * What a shell is given after `-c`. A script longer than one argument may be is given in several and put together by
 * `eval`, which first clears the positional parameters, so that the script finds itself in the same surroundings as a
 * short one.
 */
export function scriptArguments(script: string, shell: string): string[] {
  if (script.length <= partLength) return [script];
  const parts = [];
  for (let at = 0; at < script.length; ) {
    let end = Math.min(at + partLength, script.length);
    if (isHighSurrogate(script.charCodeAt(end - 1)) && end < script.length) end -= 1;
    parts.push(script.slice(at, end));
    at = end;
  }
  const whole = parts.map((_, index) => `\${${index + 1}}`).join('');
  return [`eval "set --; ${whole}"`, shell, ...parts];
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
