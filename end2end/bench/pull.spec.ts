// Gate 5, the phone's part: thousands of tasks come down, against one streamed answer and one bulk write.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type APIRequestContext, expect, request, test } from '@playwright/test';

import { Phone } from '../fixtures/phone';
import { Loan } from './support/loan';
import { atLeast, median, row, runs } from './support/row';

const RECORDS = 5_000;

/** Notes when the first pull began, and when the store last said that something is on the disk. */
const SPY = `
  globalThis.mcFrom = 0;
  globalThis.mcDone = 0;
  globalThis.mcAsked = 0;
  const asks = globalThis.fetch;
  globalThis.fetch = function (what, ...rest) {
    if (String(what && what.url || what).includes('/sync/pull')) {
      globalThis.mcFrom ||= performance.now();
      globalThis.mcAsked += 1;
    }
    return asks.call(this, what, ...rest);
  };
  globalThis.mcTasks = 0;
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, key) {
    if (String(key).startsWith('task/')) {
      globalThis.mcTasks += 1;
      this.transaction.addEventListener('complete', () => (globalThis.mcDone = performance.now()), { once: true });
    }
    return put.call(this, value, key);
  };
`;

interface Told {
  from: number;
  done: number;
  asked: number;
  tasks: number;
}

/** What comes down, task by task, as another client of the person would pull it. */
async function records(client: APIRequestContext, secret: string): Promise<string[]> {
  const signed = await client.post('/api/v1/session', { data: { with: { link: { secret } }, bearer: true } });
  const { token } = (await signed.json()) as { token: string };
  const all: string[] = [];
  for (let cursor = '', more = true; more; ) {
    const answer = await client.get(`/api/v1/sync/pull${cursor}`, { headers: { authorization: `Bearer ${token}`, 'mingcha-protocol': '1' } });
    const pulled = (await answer.json()) as { changes: unknown[]; cursor: string; more: boolean };
    all.push(...pulled.changes.map((change) => JSON.stringify(change)));
    cursor = `?cursor=${pulled.cursor}`;
    more = pulled.more;
  }
  return all;
}

test('gate 5: five thousand tasks are on the phone as quickly as 0.6 of one streamed answer and one bulk write', async () => {
  const rounds = runs(5, 1);
  const count = process.env.MINGCHA_SHORT ? 200 : RECORDS;
  const loan = await Loan.of(rounds + 2, count);
  let lines = '';
  // The floor: the same records as one answer, a line each, of a server that does nothing else.
  const plain = createServer((asked, answer) => {
    answer.setHeader('content-type', asked.url === '/records' ? 'application/x-ndjson' : 'text/html');
    answer.end(asked.url === '/records' ? lines : '<!doctype html><title>floor</title>');
  });
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const floor = `http://127.0.0.1:${(plain.address() as AddressInfo).port}/`;
  try {
    const client = await request.newContext({ baseURL: loan.url });
    const all = await records(client, loan.secrets[0] ?? '');
    await client.dispose();
    expect(all.length).toBe(count);
    lines = `${all.join('\n')}\n`;
    const ours: number[] = [];
    const raw: number[] = [];
    const asked: number[] = [];
    // The first is not counted: the browser has the app's files and compiled code from it alone.
    for (let n = 0; n <= rounds; n += 1) {
      const phone = await Phone.take(loan.url);
      try {
        phone.prepare = async (page) => page.addInitScript(SPY);
        await phone.prepare(phone.page);
        await phone.go(`/field/link#${loan.secrets[n + 1] ?? ''}`);
        await phone.page.getByRole('button', { name: '在这台手机上登录' }).click();
        // eslint-disable-next-line @typescript-eslint/no-explicit-any
        await phone.page.waitForFunction((count) => (globalThis as any).mcTasks >= count && (globalThis as any).mcDone > 0, count, { polling: 500, timeout: 600_000 });
        await expect(phone.page.locator('[data-list=today] [data-task]').first()).toBeVisible();
        const told = await phone.page.evaluate<Told>(() => {
          // eslint-disable-next-line @typescript-eslint/no-explicit-any
          const spy = globalThis as any;
          return { from: spy.mcFrom, done: spy.mcDone, asked: spy.mcAsked, tasks: spy.mcTasks };
        });
        expect(told.tasks).toBe(count);
        const page = await phone.another();
        await page.goto(floor);
        const took = await page.evaluate(async () => {
          const db: IDBDatabase = await new Promise((resolve) => {
            const opening = indexedDB.open('bench-raw', 1);
            opening.onupgradeneeded = () => opening.result.createObjectStore('rows');
            opening.onsuccess = () => resolve(opening.result);
          });
          const begun = performance.now();
          const body = (await fetch('records')).body?.pipeThrough(new TextDecoderStream()).getReader();
          const rows: string[] = [];
          for (let rest = ''; ; ) {
            const { value, done } = (await body?.read()) ?? { value: '', done: true };
            const pieces = (rest + (value ?? '')).split('\n');
            rest = pieces.pop() ?? '';
            rows.push(...pieces);
            if (done) break;
          }
          const writing = db.transaction('rows', 'readwrite', { durability: 'strict' });
          for (const row of rows) {
            const change = JSON.parse(row) as { task?: { assignment?: { id?: string } } };
            writing.objectStore('rows').put(new TextEncoder().encode(row), change.task?.assignment?.id ?? crypto.randomUUID());
          }
          await new Promise((resolve) => (writing.oncomplete = resolve));
          const took = performance.now() - begun;
          db.close();
          return { took, rows: rows.length };
        });
        expect(took.rows).toBe(count);
        console.log(`   ${n}/${rounds}: ${(told.done - told.from).toFixed(0)} ms in ${told.asked} answers, raw ${took.took.toFixed(0)} ms`);
        if (n === 0 && rounds > 1) continue;
        ours.push(told.done - told.from);
        raw.push(took.took);
        asked.push(told.asked);
      } finally {
        await phone.remove();
      }
    }
    row(
      5,
      'five thousand tasks come down to a new phone, each sealed',
      'at least 0.6 of the pace of one streamed answer and one strict bulk write of the same records',
      [atLeast(0.6, 'tasks/s against the raw records/s', median(ours.map((ms, n) => (raw[n] ?? Number.NaN) / ms)))],
      [
        ['asked until the last is on the disk, p50, ms', median(ours)],
        ['raw, p50, ms', median(raw)],
        ['answers', median(asked)],
        ['records', count],
        ['bytes of them as JSON', lines.length],
      ],
    );
  } finally {
    plain.close();
    await loan.end();
  }
});
