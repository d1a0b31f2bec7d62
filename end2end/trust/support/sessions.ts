// A supervisor in a hall with one note written, and what may become of their session: the parts of which P8 is played.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Page, expect } from '@playwright/test';

import { Desk } from '../../fixtures/desk';
import { makePhotos } from '../../fixtures/jpeg';
import { Phone } from '../../fixtures/phone';
import { Server } from '../../fixtures/server';
import { storedHashes } from '../../fixtures/stored';
import { acceptAndArrive, note, offlineReady, signIn, taskAt } from '../../fixtures/visit';
import { fillUp } from './filled';
import { Luck, count, figures, pause, progress } from './run';
import { readStore } from './store';

export const PASSWORD = 'mingcha-again';

/** A supervisor on the network, in a hall, with one note written. */
export interface Work {
  server: Server;
  phone: Phone;
  photos: string[];
  visit: string;
  codes: string[];
  text: string;
}

let pictures: Promise<string[]> | undefined;

export async function begin(luck: Luck, shim?: string): Promise<Work> {
  const server = await Server.start();
  pictures ??= makePhotos(mkdtempSync(join(tmpdir(), 'mc-photos-')), 4, 1600, 1200);
  const photos = await pictures;
  const phone = await Phone.take(server.url);
  await signIn(phone, 'sup1');
  await offlineReady(phone);
  await keepCookies(phone);
  const visit = await taskAt(phone.page, '东门营业厅');
  await acceptAndArrive(phone, visit);
  if (shim) await phone.page.addInitScript(shim);
  const { items } = await readStore(phone.page);
  const work = { server, phone, photos, visit, codes: items[visit] ?? [], text: `写了一半 ${luck.below(1_000_000)}` };
  await form(work);
  await note(phone.page, work.text);
  return work;
}

/** Chromium writes cookies down half a minute late, or when it is closed: a kill before that is a session that ends. */
export async function keepCookies(phone: Phone): Promise<void> {
  await phone.close();
  await phone.open();
  await phone.go('/field');
}

export async function form({ phone, visit, codes }: Work): Promise<void> {
  await phone.go(`/field/visit/${visit}/item/${codes[0]}`);
  await expect(phone.page.locator(`article[data-item="${codes[0]}"]`)).toBeVisible();
}

export async function end({ phone, server }: Work): Promise<void> {
  await phone.remove();
  await server.remove();
}

/** The phone speaks to its server now, and gets such an answer. */
export async function hears(page: Page, what: (status: number, body: string) => boolean): Promise<void> {
  const heard = page.waitForResponse(async (answer) => {
    if (!answer.url().includes('/api/v1/sync/')) return false;
    return what(answer.status(), answer.status() === 200 ? await answer.text() : '');
  });
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await heard;
}

/** The battery falls out at a moment that luck chooses; the app starts, with everything in it. */
export async function dies(work: Work, luck: Luck): Promise<void> {
  await pause(luck.below(600));
  await work.phone.die();
  await work.phone.open();
}

/** The form still has what was written. */
export async function expectKept(work: Work): Promise<void> {
  await form(work);
  await expect(work.phone.page.locator('textarea[name^=note]').first()).toHaveValue(work.text);
}

/** HQ has the visit, with every piece that the phone had, byte for byte. */
export async function expectArrived(work: Work, kept: string[], adopt: string[] = []): Promise<void> {
  const desk = await Desk.sit(work.server.url, 'reviewer');
  try {
    for (const what of adopt) {
      await desk.go('/hq/held');
      const row = desk.page.locator('tr[data-held]', { hasText: what });
      await expect(row).toContainText('东门营业厅');
      await row.getByRole('button', { name: '采纳' }).click();
      await expect(row).toHaveCount(0);
    }
    await desk.go('/hq/visits?state=received&q=%E4%B8%9C%E9%97%A8');
    await desk.page.locator('a[data-row]').click();
    await expect(desk.page.locator('[data-visit]')).toHaveAttribute('data-state', 'received');
    await expect(desk.page.locator('[data-visit]')).toContainText(work.text);
    // What was here before it was adopted comes to count with the server's next look.
    // A photo may serve several items; its bytes are kept once.
    await expect
      .poll(async () => {
        await desk.page.reload();
        return [...new Set(await desk.evidenceHashes())];
      }, { timeout: 30_000 })
      .toEqual(kept);
  } finally {
    await desk.leave();
  }
}

/** Does the rest of the visit; gives the hashes of what lies on the phone. */
export async function finish(work: Work, left = false): Promise<string[]> {
  await fillUp(work.phone, work.visit, work.codes, work.photos, left);
  // Where something is still missing, a note was written over the one that was there.
  await form(work);
  await note(work.phone.page, work.text);
  return storedHashes(work.phone.page);
}

export async function signInAgain(work: Work): Promise<void> {
  const page = work.phone.page;
  await work.phone.go('/field/sync');
  await page.getByRole('link', { name: '请重新登录' }).click();
  await expect(page.locator('[data-state=sign-in]')).toContainText('本机的内容都在');
  await page.fill('input[name=login]', 'sup1');
  await page.fill('input[name=password]', PASSWORD);
  await page.locator('form button[type=submit]').click();
  await expect(page.locator('[data-list=today]')).toBeVisible();
  await keepCookies(work.phone);
}

/** Somebody who gets past a button that is not offered. */
export async function forcesOut(page: Page): Promise<void> {
  await page.locator('[data-sign-out] button').evaluate((button) => {
    (button as HTMLButtonElement).disabled = false;
    (button as HTMLButtonElement).click();
  });
}

/** What the rounds of a scenario have seen. */
export interface Tally {
  rounds: number;
  kills: number;
  pieces: number;
  refused?: number;
}

/** Plays a scenario round by round, each with a server and a phone of its own; it gives the hashes that arrived. */
export async function play(suite: string, kills: number, scenario: (work: Work, luck: Luck, tally: Tally) => Promise<string[]>): Promise<void> {
  const luck = new Luck();
  const rounds = count(12, 1);
  const tally: Tally = { rounds: 0, kills: 0, pieces: 0 };
  for (let n = 1; n <= rounds; n += 1) {
    const work = await begin(luck);
    try {
      const kept = await scenario(work, luck, tally);
      tally.rounds += 1;
      tally.kills += kills;
      tally.pieces += kept.length;
      progress(suite, n, rounds, `seed ${luck.seed}, ${JSON.stringify(tally)}`);
    } finally {
      await end(work);
    }
  }
  figures('P8', suite, luck.seed, true, { ...tally, lost: 0 });
}
