// A bad line before a server: the proxy of the drills, as a program.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const drill = process.env.MINGCHA_DRILL ?? join(__dirname, '../../../target/debug/drill');

/** What went over it since the beginning. */
export interface Traffic {
  up: number;
  down: number;
  connections: number;
  resets: number;
}

export class Line {
  private constructor(
    private readonly child: ChildProcess,
    private readonly told: AsyncIterator<string>,
    readonly url: string,
  ) {}

  /** `bandwidth` in bytes a second, `delay` a piece of 16 KB and `cuts` (on average) in ms. */
  static async before(port: number, bad: { bandwidth: number; delay: number; cuts: number; seed: number } | null): Promise<Line> {
    const { bandwidth, delay, cuts, seed } = bad ?? { bandwidth: 0, delay: 0, cuts: 0, seed: 1 };
    const all = ['proxy', `--before=127.0.0.1:${port}`, `--bandwidth=${bandwidth}`, `--delay=${delay}`, `--cuts=${cuts}`, `--seed=${seed}`];
    const child = spawn(drill, all, { stdio: ['pipe', 'pipe', 'inherit'] });
    const told = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value } = await told.next();
    return new Line(child, told, `http://${(JSON.parse(String(value)) as { address: string }).address}`);
  }

  async traffic(): Promise<Traffic> {
    this.child.stdin?.write('\n');
    return JSON.parse(String((await this.told.next()).value)) as Traffic;
  }

  end(): void {
    this.child.stdin?.end();
  }
}
