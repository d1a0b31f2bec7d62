// Gate 11: Lighthouse, as a phone on a slow line sees the app's start and HQ's queue.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from '@playwright/test';

import { Desk } from '../fixtures/desk';
import { chromiumFlags, chromiumPath } from '../fixtures/phone';
import { Server } from '../fixtures/server';
import { atLeast, atMost, median, row, runs } from './support/row';

interface Seen {
  score: number;
  lcp: number;
  tbt: number;
  cls: number;
  bytes: number;
}

const call = promisify(execFile);

/** One run in a browser of its own; `cookie`: of who is signed in. */
async function look(url: string, cookie = ''): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), 'mc-lighthouse-'));
  const out = join(folder, 'report.json');
  const flags = [...chromiumFlags, '--headless=new', `--user-data-dir=${join(folder, 'profile')}`].join(' ');
  const all = [url, '--quiet', '--output=json', `--output-path=${out}`, '--only-categories=performance', `--chrome-flags=${flags}`];
  if (cookie) all.push(`--extra-headers=${JSON.stringify({ Cookie: cookie })}`);
  const program = join(__dirname, '../lighthouse/node_modules/.bin/lighthouse');
  await call(program, all, { env: { ...process.env, CHROME_PATH: chromiumPath }, maxBuffer: 64 << 20 });
  const report = JSON.parse(readFileSync(out, 'utf8'));
  expect(report.runtimeError).toBeUndefined();
  const value = (name: string): number => report.audits[name].numericValue as number;
  return {
    score: 100 * report.categories.performance.score,
    lcp: value('largest-contentful-paint'),
    tbt: value('total-blocking-time'),
    cls: value('cumulative-layout-shift'),
    bytes: value('total-byte-weight'),
  };
}

async function looks(name: string, url: string, times: number, cookie?: string): Promise<Seen> {
  const all: Seen[] = [];
  for (let n = 0; n < times; n += 1) {
    all.push(await look(url, cookie));
    console.log(`   ${name} ${n + 1}/${times}: ${JSON.stringify(all.at(-1))}`);
  }
  const middle = (of: (seen: Seen) => number): number => median(all.map(of));
  return { score: middle((s) => s.score), lcp: middle((s) => s.lcp), tbt: middle((s) => s.tbt), cls: middle((s) => s.cls), bytes: middle((s) => s.bytes) };
}

test("gate 11: Lighthouse on the phone's start and on HQ's queue", async () => {
  const times = runs(3, 1);
  const server = await Server.start();
  try {
    const desk = await Desk.sit(server.url, 'reviewer');
    const cookies = await desk.page.context().cookies(server.url);
    await desk.leave();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const floor = await looks('floor', `${server.url}/healthz`, times).catch(() => ({ score: Number.NaN, lcp: Number.NaN, tbt: Number.NaN, cls: 0, bytes: 0 }));
    const phone = await looks('phone', `${server.url}/field`, times);
    const hq = await looks('HQ', `${server.url}/hq/visits?state=received`, times, cookie);
    const bounds = [phone, hq].flatMap((seen, n) => {
      const of = n === 0 ? "the phone's start" : "HQ's queue";
      return [
        atLeast(95, `${of}: performance`, seen.score),
        atMost(1500, `${of}: largest paint, ms`, seen.lcp),
        atMost(100, `${of}: blocking, ms`, seen.tbt),
        atMost(0, `${of}: shift`, Math.round(seen.cls * 1000) / 1000),
      ];
    });
    const floors: [string, number][] = Number.isFinite(floor.lcp)
      ? [['floor: a page of one word, largest paint, ms', floor.lcp], ['floor: its performance', floor.score]]
      : [];
    row(
      11,
      "Lighthouse 12, mobile, simulated slow line and a quarter of the speed: the phone's start and HQ's queue",
      'performance at least 95, largest paint at most 1.5 s, blocking at most 100 ms, no shift',
      bounds,
      [...floors, ["the phone's start, bytes", phone.bytes], ["HQ's queue, bytes", hq.bytes], ['runs each', times]],
    );
  } finally {
    await server.remove();
  }
});
