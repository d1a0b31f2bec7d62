// P6: an update changes nothing of a draft. Needs a released site: a development build reloads by itself.

import { expect, test } from '@playwright/test';

import { ARTICLE, type Desk, addressOf, bare, begin, buildOf, end, expectNote, form, noteText, showsBuild, update } from './support/release';
import { Luck, count, figures, progress } from './support/run';

test('P6 a new build that comes in mid-form waits for the form, and takes nothing of it', async () => {
  const luck = new Luck();
  const updates = count(100, 2);
  const desk = await begin();
  try {
    await form(desk);
    // The open form says so to every page of this browser.
    const held = async (): Promise<string[]> =>
      desk.phone.page.evaluate(async () => ((await navigator.locks.query()).held ?? []).map((lock) => lock.name ?? ''));
    await expect.poll(held).toContain('form-open');
    for (let n = 1; n <= updates; n += 1) {
      const before = await buildOf(desk.phone.page);
      const next = `b${n}`;
      const text = `第 ${n} 版之前 ${luck.below(1_000_000)}`;
      await noteText(desk, text);
      desk.front.publish(desk.build, next);
      expect(await update(desk.phone.page)).toBe('installed');
      // The page goes on with its build, and another page of this browser does not take it away from it.
      expect(await buildOf(desk.phone.page)).toBe(before);
      expect(await buildOfAnother(desk)).toBe(before);
      const more = `${text}, 接着写`;
      await noteText(desk, more);
      // At the next start nobody holds the form: now it changes, once.
      await bare(desk, async (browser) => {
        await browser.go(addressOf(desk));
        await browser.until(showsBuild(next, ARTICLE));
      });
      await form(desk);
      await expectNote(desk, more);
      progress('updates in mid-form', n, updates);
    }
    figures('P6', 'phone-updates', luck.seed, true, { updates, lost: 0 });
    desk.phone.expectNoViolations();
  } finally {
    await end(desk);
  }
});

test('P6 twin: a build that takes over at once, a form open or not, is caught', async () => {
  const luck = new Luck();
  const desk = await begin();
  try {
    await form(desk);
    await noteText(desk, '未提交');
    const before = await buildOf(desk.phone.page);
    desk.front.publish(desk.build, 'hasty', (path, _status, body) =>
      path === '/sw.js' ? { body: Buffer.concat([body, Buffer.from("\nself.addEventListener('install', () => self.skipWaiting());")]) } : undefined,
    );
    expect(await update(desk.phone.page)).not.toBe('refused');
    const seen = async (): Promise<boolean> => (await buildOfAnother(desk)) !== before;
    await expect.poll(seen).toBe(true);
    figures('P6', 'phone-updates-twin', luck.seed, true, { taken_over: 1 });
  } finally {
    await end(desk);
  }
});

/** The build that another page of the same browser gets. */
async function buildOfAnother(desk: Desk): Promise<string> {
  const other = await desk.phone.another();
  await other.goto(`${desk.front.url}/field`);
  await expect(other.locator('[data-list=today]')).toBeVisible();
  const build = await buildOf(other);
  await other.close();
  return build;
}
