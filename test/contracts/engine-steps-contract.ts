import { afterEach, describe, expect, it } from 'vitest';
import { EngineRefusal, type JobContainer, type Step, type StepEnd } from '../../runners/engine/engine.ts';

/** Anything that runs steps in a real shell. */
export type StepRunner = { run: JobContainer['run']; workspacePath: string; close(): Promise<void> };

type Ran = { end: StepEnd; text: string; bytes: Buffer };

export async function runStep(runner: Pick<StepRunner, 'run'>, step: Partial<Step>): Promise<Ran> {
  const chunks: Uint8Array[] = [];
  const end = await runner.run(
    { script: ':', shell: 'sh', env: {}, workingDirectory: '.', ...step },
    {
      output: (chunk) => {
        chunks.push(chunk);
      },
    },
  );
  const bytes = Buffer.concat(chunks);
  return { end, text: bytes.toString(), bytes };
}

/** Facts about steps that need a real shell: run over the local driver in each shell, and over each real engine. */
export function stepsContract(name: string, openRunner: () => Promise<StepRunner>): void {
  describe(`${name}: a step`, () => {
    const opened: StepRunner[] = [];
    const open = async () => {
      const runner = await openRunner();
      opened.push(runner);
      return runner;
    };
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((runner) => runner.close()));
    });

    it('ends with the exit code of its script, and the next one runs after it', async () => {
      const runner = await open();
      for (const code of [0, 1, 3, 126, 255]) {
        const { end } = await runStep(runner, { script: `exit ${code}` });
        expect(end).toEqual({ type: 'exited', code });
      }
    });

    it('killed by a signal ends with 128 and its number', async () => {
      const runner = await open();
      expect((await runStep(runner, { script: 'kill -9 $$' })).end).toEqual({ type: 'exited', code: 137 });
      expect((await runStep(runner, { script: 'kill -TERM $$' })).end).toEqual({ type: 'exited', code: 143 });
    });

    it('sees its own variables, and nothing of an earlier step’s', async () => {
      const runner = await open();
      const script = 'echo "[$BOTH/$STEP]"';
      const first = await runStep(runner, { script, env: { BOTH: 'one', STEP: 'first' } });
      const second = await runStep(runner, { script, env: { BOTH: 'two' } });
      expect([first.text, second.text]).toEqual(['[one/first]\n', '[two/]\n']);
    });

    it('starts in the workspace, in a folder of it, or where an absolute path says', async () => {
      const runner = await open();
      await runStep(runner, { script: 'mkdir -p "it\'s a folder"' });
      const where = async (workingDirectory: string) =>
        (await runStep(runner, { script: 'pwd', workingDirectory })).text.trim();
      expect(await where('.')).toBe(runner.workspacePath);
      expect(await where("it's a folder")).toBe(`${runner.workspacePath}/it's a folder`);
      expect(await where('/')).toBe('/');
    });

    it('whose folder is missing fails, says which, and runs nothing', async () => {
      const { end, text } = await runStep(await open(), { script: 'echo ran', workingDirectory: 'nowhere' });
      expect(end).toMatchObject({ type: 'exited', code: 1 });
      expect(text).toContain('/nowhere');
      expect(text).not.toContain('ran');
    });

    it('runs in the shell it names', async () => {
      const runner = await open();
      const script = 'test -n "$BASH_VERSION" && echo bash';
      expect((await runStep(runner, { script, shell: 'bash' })).text).toBe('bash\n');
      const words = 'set -o pipefail; false | { [[ two == t* ]] && echo two; }';
      expect(await runStep(runner, { script: words, shell: 'bash' })).toMatchObject({
        end: { code: 1 },
        text: 'two\n',
      });
    });

    it('leaves nothing behind in the shell: variables, folders, options, functions', async () => {
      const runner = await open();
      await runStep(runner, {
        script: 'X=1; export Y=2; cd /; set -eu; trap "echo trapped" EXIT; echo() { :; }',
      });
      const { text } = await runStep(runner, { script: 'echo "$X$Y$(pwd)"' });
      expect(text).toBe(`${runner.workspacePath}\n`);
    });

    it('writes stdout and stderr in the order they were written', async () => {
      const script = 'for i in 1 2 3 4 5 6 7 8 9; do echo "out $i"; echo "err $i" >&2; done';
      const { text } = await runStep(await open(), { script });
      expect(text).toBe([1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `out ${i}\nerr ${i}\n`).join(''));
    });

    it('without a newline at the end is shown byte for byte, and so is one without output', async () => {
      const runner = await open();
      expect((await runStep(runner, { script: 'printf "no newline"' })).text).toBe('no newline');
      expect((await runStep(runner, { script: ':' })).bytes).toHaveLength(0);
      expect((await runStep(runner, { script: 'echo' })).text).toBe('\n');
    });

    it('may print any bytes', async () => {
      const script = `for h in 0 1 2 3; do for m in 0 1 2 3 4 5 6 7; do for l in 0 1 2 3 4 5 6 7; do printf "\\\\$h$m$l"; done; done; done`;
      const { bytes } = await runStep(await open(), { script });
      expect(bytes).toEqual(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
    });

    it('that prints what looks like the end of a step, on every descriptor it has, ends when it ends', async () => {
      const token = 'f'.repeat(32);
      const forged = `\\036${token}\\036${token} 0 0\\n`;
      const script = `for fd in 1 2 3 4 5 9; do printf '${forged}' >&"$fd"; done 2>/dev/null; echo after; exit 7`;
      const { end, text } = await runStep(await open(), { script, shell: 'bash' });
      expect(end).toEqual({ type: 'exited', code: 7 });
      expect(text.startsWith(`\x1e${token}`)).toBe(true);
      expect(text.endsWith('after\n')).toBe(true);
    });

    it('holds only its own three descriptors, with nothing to read on stdin', async () => {
      const runner = await open();
      expect((await runStep(runner, { script: 'cat; echo end' })).text).toBe('end\n');
      const { text } = await runStep(runner, {
        script: 'readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2',
      });
      const [stdin, stdout, stderr] = text.trim().split('\n');
      expect(stdin).toBe('/dev/null');
      expect(stdout).toBe(stderr);
    });

    it.each([
      [
        'quotes',
        `it's "quoted" \`ticks\` $(subshell) \${VARIABLE} $HOME \\ \\n \\\\ ! # ; & | < > * ? [ ] ~`,
      ],
      ['lines', 'one\ntwo\r\n\n  three\t\n'],
      [
        'every letter of two bytes',
        String.fromCodePoint(...Array.from({ length: 0x780 }, (_, n) => n + 0x80)),
      ],
      ['control bytes', String.fromCodePoint(...Array.from({ length: 31 }, (_, n) => n + 1), 0x7f)],
      ['wide letters', 'žluťoučký 日本語 🚀👩‍👩‍👧'],
      ['nothing', ''],
      ['heredoc look', "EOF\n)\n' ) </dev/null\nhl_end x 0\n"],
    ])('is given its variables as they are: %s', async (_name, value) => {
      const { text } = await runStep(await open(), { script: 'printf %s "$VALUE"', env: { VALUE: value } });
      expect(text).toBe(value);
    });

    it('is given its script as it is', async () => {
      const runner = await open();
      const script = [
        `# it's a comment with an open quote`,
        `cat <<'END'`,
        `$not $(expanded) \`at all\` 'single' "double" 日本語`,
        'END',
        `printf '%s\\n' "it's" 'say "hi"'`,
        `value='two`,
        `lines'`,
        'printf "%s" "$value"',
      ].join('\n');
      const { text } = await runStep(runner, { script });
      expect(text).toBe(`$not $(expanded) \`at all\` 'single' "double" 日本語\nit's\nsay "hi"\ntwo\nlines`);
      expect((await runStep(runner, { script: "echo 'unclosed" })).end).not.toMatchObject({ code: 0 });
      expect((await runStep(runner, { script: ') ; echo broken out' })).text).not.toContain('broken out\n');
    });

    it('may have a script longer than Linux lets one argument be', async () => {
      const filler = Array.from({ length: 6_000 }, (_, line) => `# 日本語🚀 line ${line} it's long`).join(
        '\n',
      );
      const script = `${filler}\necho "$#:\${1-none}"\n: '${'🚀'.repeat(60_000)}'\nexit 5`;
      const { end, text } = await runStep(await open(), { script });
      expect(text).toBe('0:none\n');
      expect(end).toMatchObject({ code: 5 });
    });

    it('cannot be given a NUL byte, a variable no shell can name, or one longer than Linux allows', async () => {
      const runner = await open();
      for (const step of [
        { script: 'echo \0' },
        { env: { 'MY-NAME': 'x' } },
        { env: { NAME: '\0' } },
        { env: { NAME: 'x'.repeat(131_100) } },
      ]) {
        await expect(runStep(runner, step)).rejects.toThrow(EngineRefusal);
      }
      expect((await runStep(runner, { script: 'exit 4' })).end).toMatchObject({ code: 4 });
    });

    it('may close its descriptors, replace its shell, or close its output early', async () => {
      const runner = await open();
      expect((await runStep(runner, { script: 'exec >&- 2>&- <&-; exit 9' })).end).toMatchObject({ code: 9 });
      expect(await runStep(runner, { script: 'exec echo replaced' })).toMatchObject({
        end: { code: 0 },
        text: 'replaced\n',
      });
    });

    it('does not wait for what it leaves in the background, whose output is shown in a later step', async () => {
      const runner = await open();
      const first = await runStep(runner, {
        script: '(while [ ! -e go ]; do sleep 0.02; done; echo late; touch said) & echo first',
      });
      expect(first).toMatchObject({ end: { code: 0 }, text: 'first\n' });
      const second = await runStep(runner, {
        script: 'touch go; while [ ! -e said ]; do sleep 0.02; done; echo second',
      });
      expect(second.text.split('\n').toSorted()).toEqual(['', 'late', 'second']);
    });

    it('left flooding in the background does not hold up the steps after it', async () => {
      const runner = await open();
      await runStep(runner, { script: 'while [ ! -e stop ]; do echo flood; done & echo $! >flood.pid' });
      const end = (await runStep(runner, { script: 'exit 6' })).end;
      expect(end).toEqual({ type: 'exited', code: 6 });
      const { text } = await runStep(runner, { script: 'touch stop; echo here' });
      expect(text).toContain('here\n');
      expect(text.replaceAll(/flood\n|here\n/g, '')).toBe('');
    });

    it('may leave its output non-blocking, as programs on libuv do', async () => {
      const runner = await open();
      const script = `exec 3>&1; node -e 'require("net"); process.stdout._handle?.setBlocking?.(false); process.stdout.write("x".repeat(3e6))'; exit 2`;
      const { end, bytes } = await runStep(runner, { script });
      expect(end).toMatchObject({ code: 2 });
      expect(bytes).toHaveLength(3e6);
      expect((await runStep(runner, { script: 'echo next' })).text).toBe('next\n');
    });

    it('prints 200 MB without a newline in flat memory', async () => {
      const runner = await open();
      const before = process.memoryUsage().rss;
      let sizeBytes = 0;
      let peak = 0;
      const end = await runner.run(
        { script: 'head -c 200000000 /dev/zero', shell: 'sh', env: {}, workingDirectory: '.' },
        {
          output: (chunk) => {
            sizeBytes += chunk.length;
            peak = Math.max(peak, process.memoryUsage.rss());
          },
        },
      );
      expect(end).toMatchObject({ code: 0 });
      expect(sizeBytes).toBe(200_000_000);
      expect(peak - before).toBeLessThan(100e6);
    });

    it('is held back while its output is not taken', async () => {
      const runner = await open();
      const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
      let sizeBytes = 0;
      let chunks = 0;
      const run = runner.run(
        { script: 'head -c 20000000 /dev/zero; : >all-written', shell: 'sh', env: {}, workingDirectory: '.' },
        {
          output: (chunk) => {
            sizeBytes += chunk.length;
            chunks += 1;
            return chunks === 1 ? gate : undefined;
          },
        },
      );
      // Other work of this process goes on; the step's does not.
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
      expect(chunks).toBeLessThanOrEqual(1);
      openGate();
      expect(await run).toMatchObject({ code: 0 });
      expect(sizeBytes).toBe(20_000_000);
    });

    it('costs little more than its shell: 100 steps one after another', async () => {
      const runner = await open();
      await runStep(runner, {});
      for (let n = 0; n < 100; n += 1)
        expect((await runStep(runner, { script: `exit ${n}` })).end).toMatchObject({ code: n });
    });
  });
}
