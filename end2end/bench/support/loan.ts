// A server with supervisors who have thousands of tasks, made by the benchmark of the server.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const target = join(__dirname, '../../../target');

export class Loan {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** By which each supervisor gets in, once. */
    readonly secrets: string[],
  ) {}

  static async of(people: number, tasks: number): Promise<Loan> {
    const server = process.env.MINGCHA_BIN ?? join(target, 'debug/mingcha');
    const site = process.env.MINGCHA_SITE ?? join(target, 'site/release');
    const program = process.env.MINGCHA_LENDER ?? join(target, 'debug/bench');
    const child = spawn(program, [`--server=${server}`, `--site=${site}`, `--lend=${people}`, `--tasks=${tasks}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    const { url, secrets } = JSON.parse(String(value)) as { url: string; secrets: string[] };
    return new Loan(child, url, secrets);
  }

  async end(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.stdin?.end();
    await gone;
  }
}
