// P5: a full phone destroys nothing of what was called saved, and says so.

import { join } from 'node:path';

import { type Page, expect, test } from '@playwright/test';

import { saved } from '../fixtures/visit';
import { Disk } from './support/disk';
import { FAULTS, choiceItem, taps } from './support/faults';
import { Luck, count, figures, isNamed, pause, progress } from './support/run';
import { NO_COPY } from './support/shims';
import { readStore } from './support/store';
import { type Desk, anyItem, begin, end, enter, killAndCompare, openItem } from './support/work';

/** Leaves room for so many bytes; `null`: as much as there is. The limit lasts as long as the browser. */
async function quota(page: Page, more: number | null): Promise<void> {
  const origin = new URL(page.url()).origin;
  const session = await page.context().newCDPSession(page);
  const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
  await session.send('Storage.overrideQuotaForOrigin', { origin, ...(more === null ? {} : { quotaSize: Math.ceil(usage) + more }) });
}

/** What the screen says of the last input, as soon as it says something for good. */
async function said(page: Page): Promise<'saved' | 'failed' | 'refused'> {
  const words = page.locator(':is([data-state=saved], [data-state=failed], [data-state=refused]):not([data-piece] *)');
  await expect(words.first()).toBeVisible();
  if ((await page.locator('[data-state=refused]').count()) > 0) return 'refused';
  const failed = page.locator('[data-state=failed]:not([data-piece] *)');
  if ((await failed.count()) === 0) return 'saved';
  await expect(failed.first()).toContainText(/空间|没有存下/);
  return 'failed';
}

test('P5 a quota that is used up loses nothing: photos are refused first, text is saved or said not to be', async () => {
  const luck = new Luck();
  const runs = count(200, 4);
  const desk = await begin();
  const tally = { saved: 0, failed: 0, refused: 0, again: 0 };
  try {
    for (let n = 1; n <= runs; n += 1) {
      const visit = luck.of(desk.visits);
      const code = anyItem(desk, visit, luck);
      await openItem(desk, visit, code);
      const page = desk.phone.page;
      // In every other run the room goes while a photo is being made smaller.
      const inPhoto = n % 2 === 0;
      // At least once there is none at all.
      const room = n === 1 || luck.below(4) === 0 ? 0 : luck.below(256 * 1024);
      if (!inPhoto) await quota(page, room);
      for (let inputs = 0; inputs < 4; inputs += 1) {
        const what = inputs === 0 && inPhoto ? 4 : luck.below(5);
        await enter(desk, page, visit, code, luck, what);
        if (inputs === 0 && inPhoto) {
          await pause(luck.below(250));
          await quota(page, room);
        }
        tally[await said(page)] += 1;
      }
      if (n % 4 >= 2) {
        // There is room again: what was refused is saved without another tap.
        await quota(page, null);
        await expect(page.locator('[data-state=failed]:not([data-piece] *)')).toHaveCount(0);
        await enter(desk, page, visit, code, luck, 2);
        await saved(page);
        tally.again += 1;
      }
      await killAndCompare(desk, visit, code, `run ${n}`);
      progress('quotas', n, runs, `seed ${luck.seed}, ${JSON.stringify(tally)}, lost ${desk.claims.lost.length}`);
    }
    const { lost, ghosts } = desk.claims;
    figures('P5', 'phone-quota', luck.seed, lost.length + ghosts.length === 0, { runs, ...tally, lost: lost.length, ghosts: ghosts.length });
    desk.claims.expectKept();
    expect(tally.refused + tally.failed).toBeGreaterThan(0);
    desk.phone.expectNoViolations();
  } finally {
    await end(desk);
  }
});

test('P5 a write that finds no room at its n-th call, for all n, is said not to be saved, and is saved later', async () => {
  const luck = new Luck();
  const most = count(12, 3);
  const desk = await begin(undefined, FAULTS);
  const tally = { calls: 0, said: 0, lost: 0 };
  try {
    const visit = desk.visits[1] ?? '';
    const code = await choiceItem(desk, visit);
    for (let at = 1; at <= most; at += 1) {
      const batch = await taps(desk.phone.page, 1, { at, kinds: ['QuotaExceededError'] });
      const stored = await readStore(desk.phone.page, false);
      const id = Object.entries(stored.codes).find(([, known]) => known === code)?.[0] ?? '';
      const value = Object.values((stored.drafts[visit]?.answers[id]?.value ?? {}) as Record<string, unknown>)[0];
      tally.calls += batch.hit;
      tally.said += Number(batch.failed > 0);
      tally.lost += Number(String(value) !== batch.last);
    }
    figures('P5', 'phone-nth', luck.seed, tally.lost === 0, tally);
    expect(tally.lost).toBe(0);
    expect(tally.said).toBeGreaterThan(0);
  } finally {
    await end(desk);
  }
});

/** A store that takes a full disk for a success. */
const BLIND = `
  ${NO_COPY}
  const done = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'oncomplete').set;
  const ended = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'onabort').set;
  Object.defineProperty(IDBTransaction.prototype, 'oncomplete', {
    set(handler) { this.mcDone = handler; return done.call(this, handler); },
  });
  Object.defineProperty(IDBTransaction.prototype, 'onabort', {
    set(handler) {
      return ended.call(this, (event) => (this.error && this.error.name === 'QuotaExceededError' ? this.mcDone(event) : handler(event)));
    },
  });
`;

test('P5 twin: a phone that takes a full disk for a success is caught', async () => {
  const luck = new Luck();
  const desk = await begin(undefined, BLIND);
  try {
    const visit = desk.visits[0] ?? '';
    for (let n = 1; n <= 5 && desk.claims.lost.length === 0; n += 1) {
      const code = anyItem(desk, visit, luck);
      await openItem(desk, visit, code);
      await quota(desk.phone.page, 0);
      await enter(desk, desk.phone.page, visit, code, luck, 2);
      await said(desk.phone.page);
      await desk.phone.die();
      await desk.phone.open();
      await openItem(desk, visit, code);
      desk.claims.compare(await readStore(desk.phone.page), `twin ${n}`);
    }
    figures('P5', 'phone-twin', luck.seed, desk.claims.lost.length > 0, { lost: desk.claims.lost.length });
    expect(desk.claims.lost.length).toBeGreaterThan(0);
  } finally {
    await end(desk);
  }
});

/** What becomes of the phone while its disk is full. */
const FATES = ['killed, and opened when there is room', 'left open until there is room', 'killed, and opened on the full disk'] as const;

/** Opens the phone on the full disk, as a person would, and lets it try. */
async function tryFull(desk: Desk): Promise<boolean> {
  try {
    await desk.phone.open();
    await desk.phone.go('/field');
    await pause(2_000);
    await desk.phone.die();
    return true;
  } catch {
    await desk.phone.die().catch(() => {});
    return false;
  }
}

/** Whether the browser takes this origin for larger than any disk: it has lost count. */
async function lostCount(page: Page): Promise<boolean> {
  const session = await page.context().newCDPSession(page);
  const { usage } = await session.send('Storage.getUsageAndQuota', { origin: new URL(page.url()).origin });
  return usage > 2 ** 31;
}

test('P5 a disk filled to the last byte: what was called saved is there, or the phone says which drafts its browser has thrown away', async () => {
  test.skip(!isNamed(), 'what Chromium does on a disk without a byte differs from run to run: only as a named suite');
  const luck = new Luck();
  // What Chromium does to its stores on a disk without a byte is its own: this looks, and proves nothing within CI.
  const runs = count(50, 0);
  test.skip(runs === 0, 'only in the named suite: cargo xtask trust');
  const tally = { runs: 0, saved: 0, failed: 0, refused: 0, from_copy: 0, opened_full: 0, saved_later: 0, gone_opened_full: 0, gone_otherwise: 0, lost: 0, ghosts: 0, did_not_start: 0, lost_count: 0, photos_named: 0 };
  for (let n = 1; n <= runs; n += 1) {
    const disk = Disk.make(256);
    if (typeof disk === 'string') {
      console.log(`   not run: ${disk}`);
      test.skip(true, disk);
      return;
    }
    const fate = FATES[(n - 1) % FATES.length];
    const desk = await begin(join(disk.place, 'profile'));
    try {
      const visit = desk.visits[1] ?? '';
      const code = anyItem(desk, visit, luck);
      await openItem(desk, visit, code);
      await enter(desk, desk.phone.page, visit, code, luck, luck.below(4));
      if (luck.below(2) === 0) {
        // In mid-photo.
        await enter(desk, desk.phone.page, visit, code, luck, 4);
        await pause(luck.below(250));
      } else {
        await pause(luck.below(1_500));
      }
      disk.fill();
      for (let inputs = 0; inputs < 6; inputs += 1) {
        await enter(desk, desk.phone.page, visit, code, luck, luck.below(5));
        tally[await said(desk.phone.page)] += 1;
        disk.fill();
      }
      if (fate !== 'left open until there is room') await desk.phone.die();
      if (fate === 'killed, and opened on the full disk') {
        tally.opened_full += 1;
        if (!(await tryFull(desk))) tally.did_not_start += 1;
      }
      disk.free();
      if (fate === 'left open until there is room') {
        // What was refused is saved without another tap.
        await expect(desk.phone.page.locator('[data-state=failed]:not([data-piece] *)')).toHaveCount(0);
        tally.saved_later += 1;
        await desk.phone.die();
      }
      await desk.phone.open();
      await desk.phone.go('/field');
      const page = desk.phone.page;
      await expect(page.locator('[data-list=today], article[data-item], [data-state=sign-in]').first()).toBeVisible();
      tally.runs += 1;
      // Where nobody is signed in, the browser has thrown its stores away, or refuses to have them written again from
      // the copy. The app cannot prevent it; it says which drafts are gone.
      if ((await page.locator('[data-state=sign-in]').count()) > 0) {
        await expect(page.locator('[data-lost=drafts]')).toHaveAttribute('data-count', String(desk.visits.length));
        tally[fate === 'killed, and opened on the full disk' ? 'gone_opened_full' : 'gone_otherwise'] += 1;
        continue;
      }
      await openItem(desk, visit, code);
      await enter(desk, page, visit, code, luck, 2);
      if (await lostCount(page)) {
        // It takes the origin for over its quota, room or not. The app cannot mend that; what it says has to be true.
        await said(page);
        tally.lost_count += 1;
      } else {
        // There is room again: it goes on.
        await saved(page);
      }
      if ((await page.locator('[data-lost=recovered]').count()) > 0) tally.from_copy += 1;
      const stored = await readStore(page);
      // Photos live once: those whose bytes went with the store are named on the first screen, once they were looked for.
      const gone = Object.values(stored.drafts)
        .flatMap((draft) => draft.evidence)
        .filter((piece) => piece.bytes && !stored.files.includes(piece.bytes.sha256));
      if (gone.length > 0) {
        await desk.phone.go('/field');
        const banner = page.locator(`[data-lost=files][data-count="${gone.length}"]`);
        const named = await banner.waitFor({ timeout: 30_000 }).then(() => true, () => false);
        if (named) for (const piece of gone) piece.bytes = null;
        tally.photos_named += named ? gone.length : 0;
      }
      desk.claims.compare(stored, `full disk ${n}`);
      tally.lost += desk.claims.lost.length;
      tally.ghosts += desk.claims.ghosts.length;
      for (const line of [...desk.claims.lost, ...desk.claims.ghosts]) console.log(`   ${line}`);
    } finally {
      progress('full disks', n, runs, `seed ${luck.seed}, ${JSON.stringify(tally)}`);
      await end(desk);
      disk.remove();
    }
  }
  figures('P5', 'phone-disk', luck.seed, tally.lost + tally.ghosts === 0, tally);
  expect(tally.lost + tally.ghosts).toBe(0);
});
