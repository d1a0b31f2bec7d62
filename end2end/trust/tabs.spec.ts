// P25: several tabs at once write over nobody, with Web Locks and without.

import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';

import { saved } from '../fixtures/visit';
import { Luck, count, figures, progress } from './support/run';
import { readStore } from './support/store';
import { type Desk, begin, end, enter } from './support/work';

/** Locks that everybody gets at once: as if the browser had none. */
const NO_LOCKS = `
  LockManager.prototype.request = async (name, options, work) => (work || options)({ name });
  LockManager.prototype.query = async () => ({ held: [], pending: [] });
`;

/** Tabs that take what they wrote last for what lies there: none sees that another has written. */
const BLIND = `
  ${NO_LOCKS}
  const get = IDBObjectStore.prototype.get;
  const put = IDBObjectStore.prototype.put;
  let mine;
  IDBObjectStore.prototype.put = function (value, key) {
    if (key === 'mark') mine = value;
    return put.call(this, value, key);
  };
  IDBObjectStore.prototype.get = function (key) {
    const request = get.call(this, key);
    if (key === 'mark' && this.transaction.mode === 'readwrite' && mine) {
      const seen = mine;
      Object.defineProperty(request, 'result', { get: () => seen });
    }
    return request;
  };
`;

/** The screen has said what became of the last input; with a fault under it that need not be good. */
async function settled(page: Page): Promise<void> {
  await expect(page.locator('[data-state=saving]:not([data-piece] *)')).toHaveCount(0);
}

async function rounds(desk: Desk, luck: Luck, seeds: number, told = saved): Promise<void> {
  const visit = desk.visits[1] ?? '';
  const codes = desk.items[visit] ?? [];
  const tabs: Page[] = [desk.phone.page];
  while (tabs.length < 4) tabs.push(await desk.phone.another());
  const at = codes.slice(0, 4);
  // One item a tab: what two tabs say about one item is the later word, and no loss.
  for (const [n, tab] of tabs.entries()) {
    await tab.goto(`${desk.phone.origin}/field/visit/${visit}/item/${at[n]}`);
    await expect(tab.locator(`article[data-item="${at[n]}"]`)).toBeVisible();
  }
  for (let n = 1; n <= seeds; n += 1) {
    await Promise.all(tabs.map(async (tab, k) => enter(desk, tab, visit, at[k] ?? '', luck)));
    for (const tab of tabs) await told(tab);
    if (n % 5 === 0 || n === seeds) desk.claims.compare(await readStore(desk.phone.page), `round ${n}`);
    progress('rounds of four tabs', n, seeds, `seed ${luck.seed}, lost ${desk.claims.lost.length}`);
    if (desk.claims.lost.length > 0) return;
  }
}

for (const [name, shim] of [['with Web Locks', ''], ['without Web Locks', NO_LOCKS]] as const) {
  test(`P25 four tabs write at once, ${name}, and nothing is lost`, async () => {
    const luck = new Luck();
    const seeds = count(250, 3);
    const desk = await begin(undefined, shim);
    try {
      await rounds(desk, luck, seeds);
      const { lost, ghosts, foreign, claims } = desk.claims;
      const bad = lost.length + ghosts.length + foreign.length;
      figures('P25', shim ? 'phone-no-locks' : 'phone', luck.seed, bad === 0, { seeds, claims, lost: lost.length, ghosts: ghosts.length });
      desk.claims.expectKept();
      const { ops } = await readStore(desk.phone.page);
      expect(new Set(ops.map((op) => op.seq)).size).toBe(ops.length);
    } finally {
      await end(desk);
    }
  });
}

test('P25 twin: tabs that do not see each other lose answers, and the suite sees it', async () => {
  // Whether two tabs meet within a commit is up to the machine: CI has no time to try until they do.
  test.skip(!process.env.MINGCHA_TRUST && !process.env.MINGCHA_LONG, 'only in the named suite: cargo xtask trust');
  const luck = new Luck();
  const desk = await begin(undefined, BLIND);
  try {
    await rounds(desk, luck, 20, settled);
    figures('P25', 'phone-twin', luck.seed, desk.claims.lost.length > 0, { lost: desk.claims.lost.length });
    expect(desk.claims.lost.length).toBeGreaterThan(0);
  } finally {
    await end(desk);
  }
});
