// One gate's result, as `crates/bench` writes and shows it.

import { appendFileSync } from 'node:fs';

export interface Bound {
  name: string;
  value: number;
  limit: number;
  /** The limit is the least and not the most. */
  least: boolean;
}

export function atMost(limit: number, name: string, value: number): Bound {
  return { name, value, limit, least: false };
}

export function atLeast(limit: number, name: string, value: number): Bound {
  return { name, value, limit, least: true };
}

/** Writes it down; `figures`: what stands beside, with its unit in the name. */
export function row(gate: number, what: string, must: string, bounds: Bound[], figures: [string, number][]): void {
  for (const value of [...bounds.map((bound) => bound.value), ...figures.map(([, value]) => value)]) {
    if (!Number.isFinite(value)) throw new Error(`gate ${gate}: a figure is no number: ${JSON.stringify({ bounds, figures })}`);
  }
  const line = JSON.stringify({ gate, what, must, bounds, figures });
  console.log(line);
  if (process.env.MINGCHA_BENCH) appendFileSync(process.env.MINGCHA_BENCH, `${line}\n`);
}

/** How often each measurement is made. */
export function runs(full: number, short: number): number {
  return process.env.MINGCHA_SHORT ? short : full;
}

export function median(all: number[]): number {
  return quantile(all, 0.5);
}

export function quantile(all: number[], share: number): number {
  const sorted = [...all].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
