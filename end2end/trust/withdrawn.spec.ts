// P26: a bad release can be withdrawn, and takes no draft with it.

import { expect, test } from '@playwright/test';

import type { Bare } from './support/bare';
import { ARTICLE, type Desk, addressOf, bare, begin, buildOf, changes, end, expectNote, form, noteText, showsBuild, update } from './support/release';
import { exported, unsealed } from './support/rescue';
import { Luck, count, figures, progress } from './support/run';
import { type Draft, readStore } from './support/store';
import { TRAP, trapping } from './support/wasm';

const WASM = /^\/assets\/field-.*\.wasm$/;

/** The page that stands in for the app shows itself, and its export holds the draft with this note. */
async function expectRescue(desk: Desk, reason: 'failed' | 'stopped', text: string | RegExp): Promise<void> {
  const page = desk.phone.page;
  await expect(page.locator(`[data-state=rescue-${reason}]`)).toBeVisible();
  const lines = await exported(page);
  const drafts = await unsealed<Draft>(lines, 'draft/');
  const draft = drafts.find((one) => one.assignment === desk.visit);
  const notes = Object.values(draft?.answers ?? {}).map((answer) => answer.note ?? '');
  expect(notes).toContainEqual(typeof text === 'string' ? text : expect.stringMatching(text));
  expect(lines.some((line) => typeof line.copy === 'string')).toBe(true);
}

/** What stands in for the app. */
const RESCUE = '[data-state^=rescue-]';

/** 重试 on the page that stands in for the app: what is out now is fetched, and opens everything. */
async function retry(browser: Bare, build: string): Promise<void> {
  await browser.evaluate(`[...document.querySelectorAll('button')].find((one) => one.textContent.includes('重试')).click()`);
  await browser.until(showsBuild(build, ARTICLE));
}

/** It panics in mid-form. */
const PANIC = `
  globalThis.mcTrap = true;
  (() => {
    const field = document.querySelector('textarea[name^=note]');
    field.value = '没有存下的字';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  })();
`;

test('P26 a release that is not whole is never taken', async () => {
  const luck = new Luck();
  const rounds = count(20, 1);
  const desk = await begin();
  const tally = { other_shell: 0, missing_file: 0, old_build: 0 };
  const text = `留住 ${luck.seed}`;
  const still = async (): Promise<void> => {
    await form(desk);
    await expectNote(desk, text);
    expect(await buildOf(desk.phone.page)).toBe(desk.build);
    tally.old_build += 1;
  };
  try {
    await form(desk);
    await noteText(desk, text);
    for (let n = 1; n <= rounds; n += 1) {
      // The worker of a new build, and the shell of the last one: a roll-out that is half done.
      desk.front.spoil = (path, _status, body) =>
        path === '/sw.js' ? { body: Buffer.from(body.toString('utf8').replaceAll(desk.build, `half-done-${n}`)) } : undefined;
      expect(await update(desk.phone.page)).not.toBe('installed');
      await still();
      tally.other_shell += 1;
      desk.front.publish(desk.build, `e${n}`, (path) => (WASM.test(path) ? { status: 404 } : undefined));
      expect(await update(desk.phone.page)).not.toBe('installed');
      await still();
      tally.missing_file += 1;
      progress('releases that are not whole', n, rounds, `seed ${luck.seed}`);
    }
    figures('P26', 'phone-halves', luck.seed, true, { ...tally, lost: 0 });
  } finally {
    await end(desk);
  }
});

test('P26 a build that panics leads to a page that exports the drafts, and the next build opens everything', async () => {
  const luck = new Luck();
  const rounds = count(20, 1);
  const desk = await begin(TRAP);
  const tally = { at_start: 0, not_wasm: 0, in_mid_form: 0, exported: 0, opened: 0 };
  const address = addressOf(desk);
  let text = `第 0 版 ${luck.seed}`;
  try {
    await form(desk);
    await noteText(desk, text);
    for (let n = 1; n <= rounds; n += 1) {
      const bad = [
        // A panic of the release bundle is one bare trap, with no word of why.
        ['at_start', (body: Buffer) => trapping(body)],
        ['not_wasm', () => Buffer.from('rubbish')],
      ] as const;
      for (const [name, make] of bad) {
        desk.front.publish(desk.build, `${name}${n}`, (path, _status, body) => (WASM.test(path) ? { body: make(body) } : undefined));
        await bare(desk, (browser) => changes(browser, address, `${name}${n}`, ARTICLE, RESCUE));
        await desk.phone.page.goto(address);
        await expectRescue(desk, 'failed', text);
        tally.exported += 1;
        tally[name] += 1;
        // The release is withdrawn: the next one comes out.
        desk.front.publish(desk.build, `mends-${name}${n}`);
        await bare(desk, async (browser) => {
          await browser.go(address);
          await browser.until(showsBuild(`${name}${n}`, RESCUE));
          await retry(browser, `mends-${name}${n}`);
        });
        await form(desk);
        await expectNote(desk, text);
        tally.opened += 1;
        text = `${name} ${n} ${luck.below(1_000_000)}`;
        await noteText(desk, text);
      }
      // It panics in mid-form: what was called saved is there, in the file and after the next start.
      await desk.phone.page.evaluate(PANIC);
      // What was being typed was never called saved: it may be there, what was there before may be, nothing else.
      const either = new RegExp(`^(${text}|没有存下的字)$`);
      await expectRescue(desk, 'stopped', either);
      tally.exported += 1;
      tally.in_mid_form += 1;
      desk.front.publish(desk.build, `mends-mid${n}`);
      await bare(desk, async (browser) => {
        await browser.prepare(TRAP);
        await browser.go(address);
        await browser.until(showsBuild(`mends-not_wasm${n}`, ARTICLE));
        await browser.evaluate(PANIC);
        await browser.until(showsBuild(`mends-not_wasm${n}`, '[data-state=rescue-stopped]'));
        await retry(browser, `mends-mid${n}`);
      });
      await form(desk);
      await expectNote(desk, either);
      text = await desk.phone.page.locator('textarea[name^=note]').first().inputValue();
      tally.opened += 1;
      progress('builds that panic', n, rounds, `seed ${luck.seed}, ${JSON.stringify(tally)}`);
    }
    figures('P26', 'phone-panics', luck.seed, true, { ...tally, lost: 0 });
  } finally {
    await end(desk);
  }
});

const LIST = '[data-list=today]';

/** A build whose very first script is broken: no page of it can change to the next one. */
async function stuck(desk: Desk, n: number): Promise<void> {
  desk.front.publish(desk.build, `stuck${n}`, (path) => (path.startsWith('/assets/boot-') ? { body: Buffer.from('throw new Error("boot");') } : undefined));
  await bare(desk, (browser) => changes(browser, `${desk.front.url}/field`, `stuck${n}`, LIST, '#skeleton'));
  await desk.phone.go('/field');
  await expect(desk.phone.page.locator('#skeleton')).toBeAttached();
}

/** The kill switch is out: the browser sees it with its next navigation. */
async function letGo(desk: Desk): Promise<void> {
  await bare(desk, async (browser) => {
    await browser.go(`${desk.front.url}/field`);
    await browser.until(`caches.keys().then((names) => !names.some((name) => name.startsWith('field-')))`);
  });
}

test('P26 the kill switch lets go of a build that cannot help itself, and touches no draft', async () => {
  const luck = new Luck();
  const rounds = count(20, 1);
  const desk = await begin();
  const text = `还在 ${luck.seed}`;
  let killed = 0;
  try {
    await form(desk);
    await noteText(desk, text);
    for (let n = 1; n <= rounds; n += 1) {
      await stuck(desk, n);
      // The owner starts the last good release with the switch.
      desk.server.settings = { MINGCHA_WITHDRAW_WORKER: 'true' };
      await desk.server.down();
      await desk.server.up();
      desk.front.publish(desk.build, `good${n}`);
      await letGo(desk);
      await form(desk);
      await expectNote(desk, text);
      expect(await buildOf(desk.phone.page)).toBe(`good${n}`);
      expect((await readStore(desk.phone.page)).damaged).toEqual([]);
      // And without it, when the phones have let go: the app is kept offline again.
      desk.server.settings = {};
      await desk.server.down();
      await desk.server.up();
      await form(desk);
      const controlled = (): Promise<boolean> =>
        desk.phone.page.evaluate(async () => (await caches.keys()).some((name) => name.startsWith('field-')) && Boolean((await navigator.serviceWorker.getRegistration('/field'))?.active));
      await expect.poll(controlled).toBe(true);
      await form(desk);
      killed += 1;
      progress('kill switches', n, rounds, `seed ${luck.seed}`);
    }
    figures('P26', 'phone-kill-switch', luck.seed, true, { killed, lost: 0 });
  } finally {
    await end(desk);
  }
});

test('P26 twin: a kill switch that also empties the stores is caught', async () => {
  const luck = new Luck();
  const desk = await begin();
  const text = `没了 ${luck.seed}`;
  try {
    await form(desk);
    await noteText(desk, text);
    const empties = `
      self.addEventListener('install', () => self.skipWaiting());
      self.addEventListener('activate', (event) => event.waitUntil((async () => {
        for (const name of await caches.keys()) await caches.delete(name);
        await new Promise((done) => { const going = indexedDB.deleteDatabase('mingcha-field'); going.onsuccess = done; going.onerror = done; });
        const root = await navigator.storage.getDirectory();
        for await (const name of root.keys()) await root.removeEntry(name, { recursive: true }).catch(() => {});
        await self.registration.unregister();
      })()));
    `;
    await desk.phone.go('/field');
    desk.front.spoil = (path) => (path === '/sw.js' ? { body: Buffer.from(empties) } : undefined);
    await letGo(desk);
    desk.front.spoil = () => undefined;
    await desk.phone.go('/field');
    await expect(desk.phone.page.locator('[data-list=today], [data-state=sign-in]').first()).toBeVisible();
    const { drafts } = await readStore(desk.phone.page);
    const kept = Object.values(drafts).flatMap((draft) => Object.values(draft.answers)).some((answer) => answer.note === text);
    figures('P26', 'phone-twin', luck.seed, !kept, { kept: Number(kept) });
    expect(kept).toBe(false);
  } finally {
    await end(desk);
  }
});
