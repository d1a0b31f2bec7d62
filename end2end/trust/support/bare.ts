// The phone's browser with nobody looking into its service workers.
//
// Playwright attaches the developer tools to every worker, and a worker that is looked into is kept from resting: a change
// of builds that Chromium has put off until the old worker rests never comes then, or comes with a request under way, and
// that page stands still. So whatever changes builds is done in this one, over the pipe that Chromium has for it.

import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

import { chromiumFlags, chromiumPath } from '../../fixtures/phone';
import { pause } from './run';

interface Answer {
  id?: number;
  error?: { message: string };
  result?: { sessionId?: string; targetInfos?: { targetId: string; type: string }[]; result?: { value?: unknown }; exceptionDetails?: { text: string } };
}

/** How long it may take until something is so, ms. */
const PATIENCE = 30_000;

export class Bare {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private said = '';
  private last = 0;
  private session: string | undefined;

  private constructor(private readonly browser: ChildProcess) {
    (browser.stdio[4] as Readable).setEncoding('utf8').on('data', (part: string) => this.hear(part));
  }

  /** Opens it on the profile of a phone that is off. */
  static async open(profile: string): Promise<Bare> {
    const flags = [...chromiumFlags, '--headless=new', '--accept-lang=zh-CN', '--window-size=360,780', '--remote-debugging-pipe', `--user-data-dir=${profile}`];
    const bare = new Bare(spawn(chromiumPath, [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] }));
    const found = async (): Promise<string | undefined> => {
      const { result } = await bare.send('Target.getTargets');
      return result?.targetInfos?.find((target) => target.type === 'page')?.targetId;
    };
    let targetId = await found();
    while (!targetId) targetId = await found();
    bare.session = (await bare.send('Target.attachToTarget', { targetId, flatten: true })).result?.sessionId;
    await bare.send('Page.enable');
    return bare;
  }

  private hear(part: string): void {
    const lines = (this.said + part).split('\0');
    this.said = lines.pop() ?? '';
    for (const line of lines) {
      const answer = JSON.parse(line) as Answer;
      if (answer.id === undefined) continue;
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    }
  }

  private send(method: string, params: object = {}): Promise<Answer> {
    this.last += 1;
    const id = this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (answer) => (answer.error ? reject(new Error(`${method}: ${answer.error.message}`)) : resolve(answer)));
      (this.browser.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId: this.session })}\0`);
    });
  }

  /** Lays this under every page to come. */
  async prepare(source: string): Promise<void> {
    await this.send('Page.addScriptToEvaluateOnNewDocument', { source });
  }

  async go(url: string): Promise<void> {
    await this.send('Page.navigate', { url });
  }

  /** What an expression gives in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (result?.exceptionDetails) throw new Error(`${expression}: ${result.exceptionDetails.text}`);
    return result?.result?.value;
  }

  /** Waits until an expression gives `true` in the page, whichever page that is by then. */
  async until(expression: string): Promise<void> {
    let seen: unknown;
    for (const end = Date.now() + PATIENCE; Date.now() < end; await pause(50)) {
      // A page that goes away in the middle of it answers nothing that counts.
      seen = await this.evaluate(expression).catch((gone: unknown) => gone);
      if (seen === true) return;
    }
    throw new Error(`not so within ${PATIENCE} ms: ${expression} (${String(seen)})`);
  }

  /** Closes it in order: the phone can be opened on its profile then. */
  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.browser.once('exit', resolve));
    this.session = undefined;
    void this.send('Browser.close').catch(() => undefined);
    await gone;
  }
}
