// P3: what was shown as saved is there after a kill at any moment.

import { expect, test } from '@playwright/test';

import { Luck, count, figures, progress } from './support/run';
import { NO_COPY } from './support/shims';
import { readStore } from './support/store';
import { begin, end, oneKill } from './support/work';

/** A store that says `complete` half a second before it is, and no second copy that would mend it: what the suite must notice. */
const LIES = `
  ${NO_COPY}
  IDBTransaction.prototype.commit = () => {};
  const set = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'oncomplete').set;
  Object.defineProperty(IDBTransaction.prototype, 'oncomplete', {
    set(handler) {
      if (this.mode !== 'readwrite') return set.call(this, handler);
      const store = this.objectStore(this.objectStoreNames[0]);
      const until = performance.now() + 600;
      const spin = () => { if (performance.now() < until) store.get('nothing').onsuccess = spin; };
      spin();
      setTimeout(handler, 0);
    },
  });
`;

/** A disk that takes its time: each write is on it half a second later, and it says so only then. */
const SLOW = `
  ${NO_COPY}
  IDBTransaction.prototype.commit = () => {};
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (names, mode, ...rest) {
    const transaction = begin.call(this, names, mode, ...rest);
    if (mode === 'readwrite') {
      const store = transaction.objectStore(transaction.objectStoreNames[0]);
      const until = performance.now() + 500;
      const spin = () => { if (performance.now() < until) store.get('nothing').onsuccess = spin; };
      spin();
    }
    return transaction;
  };
`;

test('P3 a leaving is not called saved before both of its ops are on the disk', async () => {
  const desk = await begin(undefined, SLOW);
  const { phone, visits } = desk;
  const visit = visits[visits.length - 1] ?? '';
  try {
    await phone.go(`/field/visit/${visit}`);
    await phone.page.getByRole('button', { name: /^(离场|结束)$/ }).click();
    await expect(phone.page.locator('.actionbar [data-state=saved]')).toBeVisible();
    await phone.die();
    await phone.open();
    await phone.go('/field');
    await expect(phone.page.locator('[data-list=today]')).toBeVisible();
    const { ops } = await readStore(phone.page);
    const cut = ops.filter((op) => op.task === visit).map((op) => op.kind);
    expect(cut).toEqual(expect.arrayContaining(['visit.arrive@1', 'visit.leave@1']));
  } finally {
    await end(desk);
  }
});

test('P3 nothing that was shown as saved is lost when the browser is killed 0 to 800 ms after an input', async () => {
  const luck = new Luck();
  const kills = count(500, 16);
  const desk = await begin();
  try {
    for (let n = 1; n <= kills; n += 1) {
      await oneKill(desk, luck, n);
      progress('kills', n, kills, `seed ${luck.seed}, ${desk.claims.claims} claims, lost ${desk.claims.lost.length}`);
    }
    const { lost, ghosts, foreign, claims } = desk.claims;
    const bad = lost.length + ghosts.length + foreign.length;
    figures('P3', 'phone', luck.seed, bad === 0, {
      kills, claims, lost: lost.length, ghosts: ghosts.length, foreign: foreign.length, slowest_ms: desk.claims.slowest(),
    });
    desk.claims.expectKept();
    expect(claims).toBeGreaterThan(kills / 2);
    desk.phone.expectNoViolations();
  } finally {
    await end(desk);
  }
});

test('P3 twin: a store that says complete before it is, is caught', async () => {
  const luck = new Luck();
  const kills = count(40, 6);
  const desk = await begin(undefined, LIES);
  try {
    let n = 0;
    while (n < kills && desk.claims.lost.length + desk.claims.ghosts.length === 0) {
      n += 1;
      await oneKill(desk, luck, n);
    }
    // Of two notes in one turn the first may be what is found: not what was claimed, and not empty either.
    const { lost, ghosts } = desk.claims;
    const caught = lost.length + ghosts.length;
    figures('P3', 'phone-twin', luck.seed, caught > 0, { kills: n, lost: lost.length, ghosts: ghosts.length });
    expect(caught).toBeGreaterThan(0);
  } finally {
    await end(desk);
  }
});
