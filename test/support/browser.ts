import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './find-program.ts';

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const;

/** A browser without a window that asks nobody but the pages it is sent to. Playwright ends it with the tests. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findProgram(...programs);
  if (executablePath === undefined) {
    throw new Error(`found none of ${programs.join(', ')}: sh test/setup/setup.sh chromium installs one`);
  }
  return await chromium.launch({
    executablePath,
    args: [
      // Root in a container has no user namespaces to make a sandbox of; the pages are our own.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}
