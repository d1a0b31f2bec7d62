// P8: a session that ends, a wish to sign out and an account that is closed take nothing of a visit.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Page, expect, test } from '@playwright/test';

import { Desk } from '../fixtures/desk';
import { makePhotos } from '../fixtures/jpeg';
import { Phone } from '../fixtures/phone';
import { Server } from '../fixtures/server';
import { storedHashes } from '../fixtures/stored';
import { acceptAndArrive, drained, handIn, note, offlineReady, signIn, taskAt } from '../fixtures/visit';
import { fillUp } from './support/filled';
import { Luck, count, figures, pause, progress } from './support/run';
import { NO_COPY } from './support/shims';
import { readStore } from './support/store';

const PASSWORD = 'mingcha-again';

/** A supervisor on the network, in a hall, with one note written. */
interface Work {
  server: Server;
  phone: Phone;
  photos: string[];
  visit: string;
  codes: string[];
  text: string;
}

async function begin(luck: Luck, shim?: string): Promise<Work> {
  const server = await Server.start();
  const photos = await makePhotos(mkdtempSync(join(tmpdir(), 'mc-photos-')), 4, 1600, 1200);
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
async function keepCookies(phone: Phone): Promise<void> {
  await phone.close();
  await phone.open();
  await phone.go('/field');
}

async function form({ phone, visit, codes }: Work): Promise<void> {
  await phone.go(`/field/visit/${visit}/item/${codes[0]}`);
  await expect(phone.page.locator(`article[data-item="${codes[0]}"]`)).toBeVisible();
}

async function end({ phone, server }: Work): Promise<void> {
  await phone.remove();
  await server.remove();
}

/** The phone speaks to its server now, and gets such an answer. */
async function hears(page: Page, what: (status: number, body: string) => boolean): Promise<void> {
  const heard = page.waitForResponse(async (answer) => {
    if (!answer.url().includes('/api/v1/sync/')) return false;
    return what(answer.status(), answer.status() === 200 ? await answer.text() : '');
  });
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await heard;
}

/** The battery falls out at a moment that luck chooses; the app starts, with everything in it. */
async function dies(work: Work, luck: Luck): Promise<void> {
  await pause(luck.below(600));
  await work.phone.die();
  await work.phone.open();
}

/** The form still has what was written. */
async function expectKept(work: Work): Promise<void> {
  await form(work);
  await expect(work.phone.page.locator('textarea[name^=note]').first()).toHaveValue(work.text);
}

/** HQ has the visit, with every piece that the phone had, byte for byte. */
async function expectArrived(work: Work, kept: string[], adopt = false): Promise<void> {
  const desk = await Desk.sit(work.server.url, 'reviewer');
  try {
    if (adopt) {
      await desk.go('/hq/held');
      const row = desk.page.locator('tr[data-held]', { hasText: '提交的走访' });
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
async function finish(work: Work): Promise<string[]> {
  await fillUp(work.phone, work.visit, work.codes, work.photos);
  // Where something is still missing, a note was written over the one that was there.
  await form(work);
  await note(work.phone.page, work.text);
  return storedHashes(work.phone.page);
}

async function signInAgain(work: Work): Promise<void> {
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

/** What the rounds of a scenario have seen. */
interface Tally {
  rounds: number;
  kills: number;
  pieces: number;
  refused?: number;
}

/** Plays a scenario round by round, each with a server and a phone of its own; it gives the hashes that arrived. */
async function play(suite: string, kills: number, scenario: (work: Work, luck: Luck, tally: Tally) => Promise<string[]>): Promise<void> {
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

test('P8 a session that ends in mid-visit takes nothing: the visit goes on, is handed in, and all of it arrives', async () => {
  await play('phone-sessions', 3, async (work, luck) => {
    const page = (): Page => work.phone.page;
    await work.server.run(['user', 'passwd', 'sup1'], `${PASSWORD}\n`);
    await hears(page(), (status) => status === 401);
    // The form stays as it is, and goes on saving.
    work.text += ', 接着写';
    await note(page(), work.text);
    expect(page().url()).toContain(`/item/${work.codes[0]}`);
    await dies(work, luck);
    await work.phone.go('/field');
    await expect(page().locator('[data-list=today]')).toBeVisible();
    await expect(page().locator('[data-sync=signed-out]').first()).toBeVisible();
    await expectKept(work);
    const kept = await finish(work);
    await handIn(work.phone, work.visit);
    await dies(work, luck);
    // What was handed in goes up without a session, by the key of this phone alone; the rest waits for the person.
    await work.phone.go('/field/sync');
    await expect(page().locator('[data-waiting="0"][data-sync=signed-out]')).toBeAttached({ timeout: 120_000 });
    await signInAgain(work);
    await dies(work, luck);
    await work.phone.go('/field/sync');
    await drained(page());
    await expectArrived(work, kept);
    return kept;
  });
});

/** Somebody who gets past a button that is not offered. */
async function forcesOut(page: Page): Promise<void> {
  await page.locator('[data-sign-out] button').evaluate((button) => {
    (button as HTMLButtonElement).disabled = false;
    (button as HTMLButtonElement).click();
  });
}

test('P8 signing out is refused as long as the server has not said that it has everything, the button forced or not', async () => {
  await play('phone-signing-out', 2, async (work, luck, tally) => {
    const page = (): Page => work.phone.page;
    const refused = async (): Promise<void> => {
      await expect(page().locator('[data-sign-out] [role=alert]')).toContainText('没有退出');
      tally.refused = (tally.refused ?? 0) + 1;
    };
    await work.phone.go('/field/me');
    await expect(page().locator('[data-sign-out=blocked] button')).toBeDisabled();
    await forcesOut(page());
    await refused();
    await work.server.down('SIGKILL');
    await forcesOut(page());
    await dies(work, luck);
    await expectKept(work);
    // Handed in, and nobody there to take it.
    const kept = await finish(work);
    await handIn(work.phone, work.visit);
    await work.phone.go('/field/me');
    await expect(page().locator('[data-sign-out=blocked] button')).toBeDisabled();
    await forcesOut(page());
    await refused();
    expect(await storedHashes(page())).toEqual(kept);
    // Everything is there; but whether it still is, nobody says.
    await work.server.up();
    await work.phone.go('/field/sync');
    await drained(page());
    await work.server.down('SIGKILL');
    await work.phone.go('/field/me');
    await page().locator('[data-sign-out=free] button').click();
    await refused();
    await dies(work, luck);
    await work.server.up();
    await work.phone.go('/field/me');
    await page().locator('[data-sign-out=free] button').click();
    await expect(page().locator('[data-state=sign-in]')).toBeVisible();
    expect((await readStore(page())).files).toEqual([]);
    await expectArrived(work, kept);
    return kept;
  });
});

test('P8 an account that is closed in mid-visit: the visit is finished and handed in, HQ gets all of it, and only then the phone is empty', async () => {
  await play('phone-closed-accounts', 3, async (work, luck) => {
    const page = (): Page => work.phone.page;
    await work.server.run(['user', 'revoke', 'sup1', '--reason', '离职']);
    await hears(page(), (status, body) => status === 401 || body.includes('"deactivated":true'));
    work.text += ', 接着写';
    await note(page(), work.text);
    await dies(work, luck);
    await expectKept(work);
    const kept = await finish(work);
    await work.server.down('SIGKILL');
    await handIn(work.phone, work.visit);
    expect(await storedHashes(page())).toEqual(kept);
    await work.server.up();
    await dies(work, luck);
    await work.phone.go('/field/sync');
    await dies(work, luck);
    await work.phone.go('/field');
    await expect(page().locator('[data-state=sign-in]')).toBeVisible({ timeout: 120_000 });
    expect((await readStore(page())).files).toEqual([]);
    await expectArrived(work, kept, true);
    return kept;
  });
});

/** A phone that lets go of its drafts as soon as its session has ended. */
const HASTY = `
  ${NO_COPY}
  const real = globalThis.fetch;
  globalThis.fetch = async (...all) => {
    const answer = await real(...all);
    if (answer.status !== 401) return answer;
    await new Promise((done) => {
      const opening = indexedDB.open('mingcha-field');
      opening.onsuccess = () => {
        const emptying = opening.result.transaction('rows', 'readwrite');
        emptying.objectStore('rows').delete(IDBKeyRange.bound('draft/', 'draft0'));
        emptying.oncomplete = done;
      };
    });
    return answer;
  };
`;

test('P8 twin: a phone that lets go of its drafts when its session ends is caught', async () => {
  const luck = new Luck();
  const work = await begin(luck, HASTY);
  try {
    await work.server.run(['user', 'passwd', 'sup1'], `${PASSWORD}\n`);
    await hears(work.phone.page, (status) => status === 401);
    await work.phone.go('/field');
    await expect(work.phone.page.locator('[data-sync=signed-out]').first()).toBeVisible();
    await dies(work, luck);
    await work.phone.go('/field');
    await expect(work.phone.page.locator('[data-list=today]')).toBeVisible();
    const { drafts } = await readStore(work.phone.page);
    const kept = Object.values(drafts[work.visit]?.answers ?? {}).some((answer) => answer.note === work.text);
    figures('P8', 'phone-twin', luck.seed, !kept, { kept: Number(kept) });
    expect(kept).toBe(false);
  } finally {
    await end(work);
  }
});
