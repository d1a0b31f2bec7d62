// A store that fails when it is told to, laid under the page; and somebody who taps on it.

import type { Page } from '@playwright/test';

import { type Desk, openItem } from './work';

/** Lets every n-th call fail in one of the ways in which stores die. Driven by `mcFaults`, which starts as nothing. */
export const FAULTS = `
  globalThis.mcFaults = { every: 0, share: 0, at: 0, kinds: [], calls: 0, hit: 0 };
  const luck = (() => { let state = 12345; return () => ((state = Math.imul(state, 1103515245) + 12345 >>> 0) / 4294967296); })();
  // What is 'source' hears nothing; 'above' is passed by its events first, or is the source itself before anybody listens.
  const silence = (above, source, names) => {
    const hush = (event) => { if (event.target === source) event.stopImmediatePropagation(); };
    for (const name of names) above.addEventListener(name, hush, true);
  };
  // It says nothing, whether it is done or not.
  const mute = (transaction) => silence(transaction.db, transaction, ['complete', 'abort']);
  // It never ends, and nobody gets at its stores, until it is aborted.
  const stand = (transaction) => {
    mute(transaction);
    transaction.commit = () => {};
    const store = transaction.objectStore(transaction.objectStoreNames[0]);
    const again = () => { try { store.count().onsuccess = again; } catch { /* aborted */ } };
    again();
  };
  const strike = (database, transaction) => {
    const faults = globalThis.mcFaults;
    faults.calls += 1;
    const due = faults.at ? faults.calls === faults.at : faults.every ? faults.calls % faults.every === 0 : luck() < faults.share;
    if (!due || faults.kinds.length === 0) return;
    const kind = faults.kinds[faults.hit % faults.kinds.length];
    faults.hit += 1;
    if (kind === 'close') { database.close(); return; }
    if (kind === 'abort') { if (transaction) transaction.abort(); return; }
    if (kind === 'mute' || kind === 'stand') {
      // Only what has begun can stand still, and only a write keeps a tap waiting.
      if (!transaction || transaction.mode !== 'readwrite') { faults.hit -= 1; faults.calls -= 1; return; }
      return kind === 'mute' ? mute(transaction) : stand(transaction);
    }
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
    const request = open.apply(this, all);
    if (globalThis.name === 'mc-deaf') { globalThis.name = ''; silence(request, request, ['success', 'error']); }
    return request;
  };
`;

/** Which calls fail, and how: every n-th, a share of them, or the one that is the n-th. */
export interface Faults {
  every?: number;
  share?: number;
  at?: number;
  kinds: string[];
}

export interface Batch {
  commits: number;
  hit: number;
  slowest: number;
  failed: number;
  last: string;
}

/** Taps the two first choices in turn, each after the one before was called saved. */
export async function taps(page: Page, commits: number, faults: Faults): Promise<Batch> {
  return page.evaluate(
    async ({ commits, faults }) => {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      const shim = (globalThis as any).mcFaults;
      Object.assign(shim, { every: 0, share: 0, at: 0, calls: 0, hit: 0 }, faults);
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
      Object.assign(shim, { every: 0, share: 0, at: 0, kinds: [] });
      return batch;
    },
    { commits, faults },
  );
}

/** Opens the first item of a visit that is answered by a choice; gives its code. */
export async function choiceItem(desk: Desk, visit: string): Promise<string> {
  for (const code of desk.items[visit] ?? []) {
    await openItem(desk, visit, code);
    const radios = desk.phone.page.locator('.item__control input[type=radio]:not([name$="-variant"])');
    if ((await radios.count()) >= 2) return code;
  }
  throw new Error('no item with choices');
}
