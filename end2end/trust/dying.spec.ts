// P24: a dying connection to the store is survived.

import { expect, test } from '@playwright/test';

import { Luck, count, figures } from './support/run';
import { readStore } from './support/store';
import { type Desk, begin, end, openItem } from './support/work';

/** Lets every n-th call fail in one of the ways in which stores die. Driven by `mcFaults`, which starts as nothing. */
const FAULTS = `
  globalThis.mcFaults = { every: 0, share: 0, kinds: [], calls: 0, hit: 0 };
  const luck = (() => { let state = 12345; return () => ((state = Math.imul(state, 1103515245) + 12345 >>> 0) / 4294967296); })();
  const strike = (database, transaction) => {
    const faults = globalThis.mcFaults;
    faults.calls += 1;
    const due = faults.every ? faults.calls % faults.every === 0 : luck() < faults.share;
    if (!due || faults.kinds.length === 0) return;
    const kind = faults.kinds[faults.hit % faults.kinds.length];
    faults.hit += 1;
    if (kind === 'close') { database.close(); return; }
    if (kind === 'abort') { if (transaction) transaction.abort(); return; }
    throw new DOMException('shim', kind);
  };
  const begin = IDBDatabase.prototype.transaction;
  globalThis.mcBegin = begin;
  IDBDatabase.prototype.transaction = function (...all) {
    strike(this, null);
    return begin.apply(this, all);
  };
  for (const name of ['put', 'get', 'delete']) {
    const real = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (...all) {
      strike(this.transaction.db, this.transaction);
      return real.apply(this, all);
    };
  }
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...all) {
    const faults = globalThis.mcFaults;
    if (faults.openings > 0) { faults.openings -= 1; throw new DOMException('shim', 'UnknownError'); }
    return open.apply(this, all);
  };
`;

interface Batch {
  commits: number;
  hit: number;
  slowest: number;
  failed: number;
  last: string;
}

/** Taps the two first choices in turn, each after the one before was called saved. */
async function taps(desk: Desk, commits: number, faults: { every?: number; share?: number; kinds: string[] }): Promise<Batch> {
  return desk.phone.page.evaluate(
    async ({ commits, faults }) => {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      const shim = (globalThis as any).mcFaults;
      Object.assign(shim, { every: 0, share: 0, calls: 0, hit: 0 }, faults);
      const radios = [...document.querySelectorAll<HTMLInputElement>('.item__control input[type=radio]')].slice(0, 2);
      const batch = { commits: 0, hit: 0, slowest: 0, failed: 0, last: '' };
      const state = (): string => document.querySelector('[data-state=saving],[data-state=failed],[data-state=saved]')?.getAttribute('data-state') ?? '';
      for (let n = 0; n < commits; n += 1) {
        const radio = radios.find((one) => !one.checked);
        if (!radio) throw new Error('no choices');
        const start = performance.now();
        radio.click();
        batch.last = radio.value;
        // The screen follows in the next turns of the loop.
        for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
        while (state() !== 'saved') {
          if (state() === 'failed') batch.failed += 1;
          if (performance.now() - start > 20_000) throw new Error(`not saved: ${state()}`);
          await new Promise((resolve) => setTimeout(resolve, state() === 'failed' ? 50 : 1));
        }
        batch.slowest = Math.max(batch.slowest, performance.now() - start);
        batch.commits += 1;
      }
      batch.hit = shim.hit;
      Object.assign(shim, { every: 0, share: 0, kinds: [] });
      return batch;
    },
    { commits, faults },
  );
}

async function choiceItem(desk: Desk, visit: string): Promise<string> {
  for (const code of desk.items[visit] ?? []) {
    await openItem(desk, visit, code);
    const radios = desk.phone.page.locator('.item__control input[type=radio]:not([name$="-variant"])');
    if ((await radios.count()) >= 2) return code;
  }
  throw new Error('no item with choices');
}

test('P24 commits survive a store that throws, aborts or closes at any call', async () => {
  const luck = new Luck();
  const commits = count(10_000, 160);
  const desk = await begin(undefined, FAULTS);
  try {
    const visit = desk.visits[1] ?? '';
    const code = await choiceItem(desk, visit);
    const kinds = ['InvalidStateError', 'UnknownError', 'AbortError', 'close', 'abort'];
    const sum = { commits: 0, faults: 0, lost: 0, failed: 0, slowest_ms: 0 };
    const modes = [{ share: 0.01 }, ...[3, 4, 5, 7, 11, 13, 17].map((every) => ({ every }))];
    for (const mode of modes) {
      const batch = await taps(desk, Math.ceil(commits / modes.length), { ...mode, kinds });
      sum.commits += batch.commits;
      sum.faults += batch.hit;
      sum.failed += batch.failed;
      sum.slowest_ms = Math.max(sum.slowest_ms, Math.round(batch.slowest));
      const stored = await readStore(desk.phone.page, false);
      const id = Object.entries(stored.codes).find(([, known]) => known === code)?.[0] ?? '';
      const value = Object.values((stored.drafts[visit]?.answers[id]?.value ?? {}) as Record<string, unknown>)[0];
      if (String(value) !== batch.last) sum.lost += 1;
      console.log(`   ${JSON.stringify(mode)}: ${JSON.stringify(batch)}`);
    }
    figures('P24', 'phone', luck.seed, sum.lost === 0, sum);
    expect(sum.faults).toBeGreaterThan(commits / 100);
    expect(sum.lost).toBe(0);
    // Quota errors are no dying connection: the screen says so, keeps the answer, and saves it when there is room.
    const full = await taps(desk, 3, { every: 40, kinds: ['QuotaExceededError'] });
    expect(full.commits).toBe(3);
    desk.phone.expectNoViolations();
  } finally {
    await end(desk);
  }
});

test('P24 twin: a write that is dropped in silence is seen', async () => {
  const luck = new Luck();
  const DROPS = `${FAULTS}
    const real = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, key) {
      if (globalThis.mcFaults.drop && String(key).startsWith('draft/')) return this.get('nothing');
      return real.call(this, value, key);
    };
  `;
  const desk = await begin(undefined, DROPS);
  try {
    const visit = desk.visits[1] ?? '';
    const code = await choiceItem(desk, visit);
    await taps(desk, 2, { kinds: [] });
    await desk.phone.page.evaluate(() => {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      (globalThis as any).mcFaults.drop = true;
    });
    const batch = await taps(desk, 1, { kinds: [] });
    const stored = await readStore(desk.phone.page, false);
    const id = Object.entries(stored.codes).find(([, known]) => known === code)?.[0] ?? '';
    const value = Object.values((stored.drafts[visit]?.answers[id]?.value ?? {}) as Record<string, unknown>)[0];
    figures('P24', 'phone-twin', luck.seed, String(value) !== batch.last, { lost: Number(String(value) !== batch.last) });
    expect(String(value)).not.toBe(batch.last);
  } finally {
    await end(desk);
  }
});
