// P8: a session that ends, a wish to sign out and an account that is closed, for good or for a while, take nothing of a visit.

import { type Page, expect, test } from '@playwright/test';

import { storedHashes } from '../fixtures/stored';
import { drained, handIn, leave, note } from '../fixtures/visit';
import { PASSWORD, begin, dies, end, expectArrived, expectKept, finish, forcesOut, form, hears, play, signInAgain } from './support/sessions';
import { Luck, figures } from './support/run';
import { NO_COPY } from './support/shims';
import { readStore } from './support/store';

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
    await expectArrived(work, kept, ['提交的走访']);
    return kept;
  });
});

test('P8 an account that is closed in mid-visit and opened again: the visit goes on where it was, and arrives as any other', async () => {
  await play('phone-reopened-accounts', 3, async (work, luck) => {
    const page = (): Page => work.phone.page;
    // The arrival and the leaving count; what came while the account was closed would wait for HQ.
    await leave(work.phone, work.visit);
    await work.phone.go('/field/sync');
    await drained(page());
    await work.server.run(['user', 'revoke', 'sup1', '--reason', '离职']);
    await hears(page(), (status, body) => status === 401 || body.includes('"deactivated":true'));
    await form(work);
    work.text += ', 接着写';
    await note(page(), work.text);
    await dies(work, luck);
    await work.phone.go('/field/sync');
    await work.server.run(['user', 'reopen', 'sup1'], `${PASSWORD}\n`);
    // The app may have asked by itself since it was started: what it shows says that its session is over.
    await page().evaluate(() => dispatchEvent(new Event('online')));
    await expect(page().locator('[data-sync=signed-out]').first()).toBeAttached({ timeout: 60_000 });
    await expectKept(work);
    await dies(work, luck);
    await signInAgain(work);
    await expectKept(work);
    const kept = await finish(work, true);
    await handIn(work.phone, work.visit);
    await dies(work, luck);
    await work.phone.go('/field/sync');
    await drained(page());
    await expectArrived(work, kept);
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
