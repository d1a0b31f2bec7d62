// P23: what the platform loses is noticed and said, and comes back where a second copy has it.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { type Page, expect, test } from '@playwright/test';

import { saved, signIn } from '../fixtures/visit';
import { Luck, count, figures, progress } from './support/run';
import { NO_COPY } from './support/shims';
import { readStore } from './support/store';
import { type Desk, anyItem, begin, end, enter, openItem } from './support/work';

/** Takes parts of the profile away while the browser is closed. */
function without(desk: Desk, ...parts: string[]): void {
  const place = join(desk.phone.profile, 'Default');
  for (const part of parts) {
    const folder = join(place, part);
    expect(existsSync(folder), `${part} is part of the profile`).toBe(true);
    rmSync(folder, { recursive: true, force: true });
  }
}

const STORE = 'IndexedDB';
const COPY = 'File System';
const WITNESS = 'Local Storage';

async function work(desk: Desk, luck: Luck): Promise<void> {
  for (const visit of desk.visits) {
    const code = anyItem(desk, visit, luck);
    await openItem(desk, visit, code);
    for (const what of [0, 2, 4]) {
      await enter(desk, desk.phone.page, visit, code, luck, what);
      await saved(desk.phone.page);
    }
    await expect(desk.phone.page.locator('[data-piece]').first()).toBeVisible();
    await saved(desk.phone.page);
  }
  // The copy follows the store off the tap's way.
  await expect.poll(async () => copyIsLevel(desk.phone.page)).toBe(true);
}

/** Whether the newest commit of the store is in its second copy: told by the generations in both. */
async function copyIsLevel(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const db: IDBDatabase = await new Promise((resolve) => {
      const opening = indexedDB.open('mingcha-field');
      opening.onsuccess = () => resolve(opening.result);
    });
    const mark: Uint8Array = await new Promise((resolve) => {
      const asking = db.transaction('meta').objectStore('meta').get('mark');
      asking.onsuccess = () => resolve(asking.result);
    });
    db.close();
    const wanted = Number(new DataView(mark.buffer, mark.byteOffset).getBigUint64(0));
    // Until the app has asked its copy, a moment after the list is shown, there may be none.
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('journal').catch(() => null);
    if (!folder) return false;
    let newest = 0;
    // @ts-expect-error: an async iterator that the types do not know yet.
    for await (const entry of folder.values()) {
      try {
        const bytes = await (await entry.getFile()).arrayBuffer();
        const view = new DataView(bytes);
        for (let at = 0; at + 19 <= view.byteLength; ) {
          newest = Math.max(newest, view.getFloat64(at + 8));
          at += Math.max(19, view.getUint32(at));
        }
      } catch {
        return false;
      }
    }
    return newest >= wanted;
  });
}

async function reopen(desk: Desk): Promise<Page> {
  await desk.phone.open();
  await desk.phone.go('/field');
  return desk.phone.page;
}

test('P23 what the platform loses comes back from the second copy or is named', async () => {
  const luck = new Luck();
  const rounds = count(20, 1);
  const desk = await begin();
  const tally = { store: 0, copy: 0, row: 0, file: 0, both: 0, all: 0 };
  try {
    for (let n = 1; n <= rounds; n += 1) {
      // IndexedDB is gone, without a network: the second copy has every answer; photos are named as missing.
      await work(desk, luck);
      await desk.phone.close();
      without(desk, STORE);
      let page = await reopen(desk);
      await expect(page.locator('[data-lost=recovered]')).toBeVisible();
      await expect(page.locator('[data-lost=files]')).toBeVisible();
      let stored = await readStore(page);
      const answers = Object.values(stored.drafts).flatMap((draft) => draft.evidence).length;
      expect(answers).toBeGreaterThan(0);
      withoutPhotos(desk, stored);
      desk.claims.compare(stored, `store gone ${n}`);
      desk.claims.expectKept();
      await page.getByRole('button', { name: '知道了' }).first().click();
      tally.store += 1;

      // The second copy is gone: nothing else is, and it is made anew, so that losing the store after that loses nothing.
      await desk.phone.close();
      without(desk, COPY);
      page = await reopen(desk);
      await expect(page.locator('[data-list=today] [data-task]').first()).toBeVisible();
      await expect.poll(async () => copyIsLevel(page)).toBe(true);
      await desk.phone.close();
      without(desk, STORE);
      page = await reopen(desk);
      await expect(page.locator('[data-lost=recovered]')).toBeVisible();
      stored = await readStore(page);
      withoutPhotos(desk, stored);
      desk.claims.compare(stored, `copy gone, then the store ${n}`);
      desk.claims.expectKept();
      tally.copy += 1;

      // A single draft is gone from the store.
      await work(desk, luck);
      await remove(page, 'rows', `draft/${desk.visits[0]}`);
      await desk.phone.close();
      page = await reopen(desk);
      await expect(page.locator('[data-lost=recovered]')).toBeVisible();
      stored = await readStore(page);
      withoutPhotos(desk, stored);
      desk.claims.compare(stored, `draft gone ${n}`);
      desk.claims.expectKept();
      tally.row += 1;

      // A single photo is gone: it is named, and its tile says so.
      const hash = stored.files[0] ?? '';
      await remove(page, 'files', hash);
      await desk.phone.close();
      page = await reopen(desk);
      await expect(page.locator('[data-lost=files]')).toBeVisible();
      tally.file += 1;
      progress('losses', n, rounds, `seed ${luck.seed}`);
    }

    // Store and copy are gone, the witness is left: both drafts are named as lost, and nothing is made up.
    await desk.phone.close();
    without(desk, STORE, COPY);
    let page = await reopen(desk);
    await expect(page.locator('[data-lost=drafts]')).toHaveAttribute('data-count', String(desk.visits.length));
    expect(Object.keys((await readStore(page)).drafts)).toEqual([]);
    await desk.server.up();
    await signIn(desk.phone, 'sup1');
    page = desk.phone.page;
    await expect(page.locator('[data-lost=drafts]')).toHaveAttribute('data-count', String(desk.visits.length));
    for (const visit of desk.visits) {
      const name = await page.locator(`[data-task="${visit}"]`).innerText();
      const hall = /[^\s·]*(营业厅|网点|代办点|热线|掌厅)[^\s·]*/.exec(name)?.[0];
      if (hall) await expect(page.locator('[data-lost=drafts]')).toContainText(hall);
    }
    await page.locator('[data-lost=drafts]').getByRole('button').click();
    await expect(page.locator('[data-lost=drafts]')).toHaveCount(0);
    tally.both += 1;

    // All site data is gone: the phone knows nothing and says nothing of its own; it asks to sign in.
    await desk.phone.close();
    without(desk, STORE, COPY, WITNESS, 'Service Worker');
    page = await reopen(desk);
    await expect(page.locator('[data-state=sign-in]')).toBeVisible();
    expect(Object.keys((await readStore(page)).drafts)).toEqual([]);
    tally.all += 1;
    figures('P23', 'phone', luck.seed, true, { ...tally, pretended: 0 });
  } finally {
    await end(desk);
  }
});

test('P23 twin: without a second copy the lost drafts do not come back, and the suite sees it', async () => {
  const luck = new Luck();
  const desk = await begin(undefined, NO_COPY);
  try {
    const visit = desk.visits[0] ?? '';
    const code = anyItem(desk, visit, luck);
    await openItem(desk, visit, code);
    await enter(desk, desk.phone.page, visit, code, luck, 2);
    await saved(desk.phone.page);
    await desk.phone.close();
    without(desk, STORE, ...(existsSync(join(desk.phone.profile, 'Default', COPY)) ? [COPY] : []));
    const page = await reopen(desk);
    await expect(page.locator('[data-lost=drafts]')).toBeVisible();
    desk.claims.compare(await readStore(page), 'twin');
    expect(desk.claims.lost.length).toBeGreaterThan(0);
    figures('P23', 'phone-twin', luck.seed, true, { lost: desk.claims.lost.length });
  } finally {
    await end(desk);
  }
});

/** Photos live once: a piece whose bytes went with the store is named on the screen, and is no ghost. */
function withoutPhotos(desk: Desk, stored: Awaited<ReturnType<typeof readStore>>): void {
  expect(desk.visits.length).toBeGreaterThan(0);
  for (const draft of Object.values(stored.drafts)) {
    for (const piece of draft.evidence) piece.bytes = piece.bytes && stored.files.includes(piece.bytes.sha256) ? piece.bytes : null;
  }
}

async function remove(page: Page, store: string, key: string): Promise<void> {
  await page.evaluate(
    async ({ store, key }) => {
      const db: IDBDatabase = await new Promise((resolve) => {
        const opening = indexedDB.open('mingcha-field');
        opening.onsuccess = () => resolve(opening.result);
      });
      await new Promise<void>((resolve) => {
        const transaction = db.transaction(store, 'readwrite');
        transaction.objectStore(store).delete(key);
        transaction.oncomplete = () => resolve();
      });
      db.close();
    },
    { store, key },
  );
}
