// How often, with which luck, and what came of it.

import { appendFileSync } from 'node:fs';

/** The full count with MINGCHA_LONG, a tenth of it as a named suite, the short one in CI. MINGCHA_RUNS overrides all. */
export function count(full: number, short: number): number {
  if (process.env.MINGCHA_RUNS) return Number(process.env.MINGCHA_RUNS);
  if (process.env.MINGCHA_LONG) return full;
  return process.env.MINGCHA_TRUST ? Math.max(short, Math.ceil(full / 10)) : short;
}

/** Whether a suite was asked for by its name: what CI has no time for, or no answer to, runs only then. */
export function isNamed(): boolean {
  return Boolean(process.env.MINGCHA_TRUST || process.env.MINGCHA_RUNS);
}

/** Luck that can be had again: mulberry32. */
export class Luck {
  readonly seed: number;
  private state: number;

  constructor(seed = Number(process.env.MINGCHA_SEED ?? Date.now() % 1_000_000_007)) {
    this.seed = seed;
    this.state = seed >>> 0;
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  of<T>(all: readonly T[]): T {
    const one = all[this.below(all.length)];
    if (one === undefined) throw new Error('nothing to choose from');
    return one;
  }
}

/** One JSON line a promise, and the same on the screen. */
export function figures(promise: string, suite: string, seed: number, passed: boolean, numbers: Record<string, number>): void {
  const line = JSON.stringify({ promise, suite, figures: numbers, seed, date: new Date().toISOString(), passed });
  console.log(line);
  if (process.env.MINGCHA_TRUST) appendFileSync(process.env.MINGCHA_TRUST, `${line}\n`);
}

/** Says now and then how far it is. */
export function progress(what: string, done: number, all: number, note = ''): void {
  if (done === all || done % 10 === 0 || process.env.MINGCHA_RUNS) console.log(`   ${what} ${done}/${all} ${note}`);
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
