// A supervisor who taps, types and takes photos at moments that luck chooses.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Page, expect } from '@playwright/test';

import { makePhotos } from '../../fixtures/jpeg';
import { Phone } from '../../fixtures/phone';
import { Server } from '../../fixtures/server';
import { acceptAndArrive, offlineReady, saved, signIn } from '../../fixtures/visit';
import { Claims, watch } from './claims';
import { type Luck, pause } from './run';
import { readStore } from './store';

/** Two visits under way on a phone whose server is gone. */
export interface Desk {
  server: Server;
  phone: Phone;
  claims: Claims;
  visits: string[];
  /** The codes of the items of each visit. */
  items: Record<string, string[]>;
  photos: string[];
}

let pictures: Promise<string[]> | undefined;

export async function begin(profile?: string, shim?: string): Promise<Desk> {
  const server = await Server.start();
  pictures ??= makePhotos(mkdtempSync(join(tmpdir(), 'mc-photos-')), 6, 1600, 1200);
  const photos = await pictures;
  const claims = new Claims();
  const phone = await Phone.take(server.url, profile ? { profile } : {});
  await signIn(phone, 'sup1');
  await offlineReady(phone);
  const visits = await offered(phone.page);
  await server.down('SIGKILL');
  for (const visit of visits) {
    await acceptAndArrive(phone, visit);
    if (visit !== visits[visits.length - 1]) {
      await phone.page.getByRole('button', { name: /^(离场|结束)$/ }).click();
      await expect(phone.page.locator('textarea[name=overall]')).toBeVisible();
      await saved(phone.page);
    }
  }
  await phone.close();
  const prepare = async (page: Page): Promise<void> => {
    if (shim) await page.addInitScript(shim);
    await watch(page, (shown) => claims.said(shown));
  };
  phone.prepare = prepare;
  await phone.open();
  await phone.go('/field');
  await expect(phone.page.locator('[data-list=today]')).toBeVisible();
  const { items } = await readStore(phone.page);
  return { server, phone, claims, visits, items, photos };
}

/** Two tasks that nobody has begun. */
async function offered(page: Page): Promise<string[]> {
  const ids = await page.locator('[data-task][data-stage=offered]').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.task ?? ''));
  if (ids.length < 2) throw new Error('there are no two new tasks');
  return ids.slice(0, 2);
}

/** One of the items of a visit. */
export function anyItem(desk: Desk, visit: string, luck: Luck): string {
  return luck.of(desk.items[visit] ?? []);
}

/** Opens an item. Offline, from the worker's cache. */
export async function openItem(desk: Desk, visit: string, code: string): Promise<void> {
  await desk.phone.go(`/field/visit/${visit}/item/${code}`);
  await expect(desk.phone.page.locator(`article[data-item="${code}"]`)).toBeVisible();
}

/** Enters one thing into the item that is open, without waiting for anything. */
export async function enter(desk: Desk, page: Page, visit: string, code: string, luck: Luck, what = luck.below(5)): Promise<void> {
  const item = page.locator(`article[data-item="${code}"]`);
  const values = await item
    .locator('.item__control input[type=radio]:not([name$="-variant"])')
    .evaluateAll((all) => all.filter((one) => !(one as HTMLInputElement).checked).map((one) => (one as HTMLInputElement).value));
  if (what === 4) {
    desk.claims.shoots(visit, code);
    await page.locator(`[data-evidence="${code}"] input[data-input=photo]`).setInputFiles(luck.of(desk.photos));
  } else if (what >= 2 || values.length === 0) {
    const note = item.locator('textarea[name^=note]');
    const before = await note.inputValue();
    const more = `${luck.below(1_000_000)} `;
    for (let n = 1; n <= more.length; n += 1) desk.claims.enters(visit, code, 'note', before + more.slice(0, n));
    await note.focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(more, { delay: luck.below(40) });
  } else {
    const value = luck.of(values);
    desk.claims.enters(visit, code, 'choice', value);
    await item.locator(`.item__control input[type=radio][value="${value}"]`).first().check({ force: true });
  }
}

/** Kills the browser at this moment, opens it again and compares disk and screen with what was claimed. */
export async function killAndCompare(desk: Desk, visit: string, code: string, when: string): Promise<void> {
  await desk.phone.die();
  await comesBack(desk, visit, code, when);
}

/** Opens the browser again and compares disk and screen with what was claimed. */
export async function comesBack(desk: Desk, visit: string, code: string, when: string): Promise<void> {
  await desk.phone.open();
  await openItem(desk, visit, code);
  let stored = await readStore(desk.phone.page);
  // A moment after it is shown the store is compared with its second copy, and mended.
  for (const until = Date.now() + 10_000; !desk.claims.isKept(stored) && Date.now() < until; ) stored = await readStore(desk.phone.page);
  desk.claims.compare(stored, when);
  const id = Object.entries(stored.codes).find(([, known]) => known === code)?.[0] ?? '';
  const answer = stored.drafts[visit]?.answers[id];
  // What the disk has, the screen shows.
  await expect(desk.phone.page.locator(`article[data-item="${code}"] textarea[name^=note]`)).toHaveValue(answer?.note ?? '');
  const pieces = (stored.drafts[visit]?.evidence ?? []).filter((piece) => piece.item === id).length;
  await expect(desk.phone.page.locator(`[data-evidence="${code}"]`)).toHaveAttribute('data-count', String(pieces));
}

/** One visit to an item with a few inputs of so many kinds, and 0–800 ms after the last of them. Gives visit and item. */
export async function inputs(desk: Desk, luck: Luck, kinds = 5): Promise<[string, string]> {
  const visit = luck.of(desk.visits);
  const code = anyItem(desk, visit, luck);
  await openItem(desk, visit, code);
  for (let left = 1 + luck.below(3); left > 0; left -= 1) await enter(desk, desk.phone.page, visit, code, luck, luck.below(kinds));
  await pause(luck.below(800));
  return [visit, code];
}

/** Such inputs, and a kill after them. */
export async function oneKill(desk: Desk, luck: Luck, n: number): Promise<void> {
  const [visit, code] = await inputs(desk, luck);
  await killAndCompare(desk, visit, code, `kill ${n}`);
}

export async function end(desk: Desk): Promise<void> {
  await desk.phone.remove();
  await desk.server.remove();
}
