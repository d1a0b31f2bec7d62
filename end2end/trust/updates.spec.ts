// P6: an update changes nothing of a draft. Needs a released site: a development build reloads by itself.

import { type Page, expect, test } from '@playwright/test';

import { Phone } from '../fixtures/phone';
import { Server } from '../fixtures/server';
import { acceptAndArrive, offlineReady, saved, signIn } from '../fixtures/visit';
import { Front, renamed } from './support/front';
import { Luck, count, figures, progress } from './support/run';
import { readStore } from './support/store';

interface Desk {
  server: Server;
  front: Front;
  phone: Phone;
  build: string;
  visit: string;
  code: string;
}

/** A form is open on a phone that stands behind a front. */
async function begin(): Promise<Desk> {
  const server = await Server.start();
  const front = await Front.before(server.port);
  const phone = await Phone.take(front.url);
  await signIn(phone, 'sup1');
  await offlineReady(phone);
  const build = await buildOf(phone.page);
  const visit = (await phone.page.locator('[data-task][data-stage=offered]').first().getAttribute('data-task')) ?? '';
  await acceptAndArrive(phone, visit);
  const { items } = await readStore(phone.page);
  const code = items[visit]?.[0] ?? '';
  return { server, front, phone, build, visit, code };
}

async function end(desk: Desk): Promise<void> {
  await desk.phone.remove();
  await desk.front.down();
  await desk.server.remove();
}

async function buildOf(page: Page): Promise<string> {
  return (await page.locator('meta[name="mingcha:build"]').getAttribute('content')) ?? '';
}

async function form(desk: Desk): Promise<void> {
  await desk.phone.go(`/field/visit/${desk.visit}/item/${desk.code}`);
  await expect(desk.phone.page.locator(`article[data-item="${desk.code}"]`)).toBeVisible();
}

async function noteText(desk: Desk, text: string): Promise<void> {
  await desk.phone.page.locator('textarea[name^=note]').first().fill(text);
  await desk.phone.page.keyboard.press('Tab');
  await saved(desk.phone.page);
}

/** Asks the browser to look for a new worker, and waits for what comes of it. */
async function update(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration('/field');
    if (!registration) return 'none';
    try {
      await registration.update();
    } catch {
      return 'refused';
    }
    const worker = registration.installing ?? registration.waiting;
    if (!worker) return 'same';
    while (!['installed', 'activated', 'redundant'].includes(worker.state)) {
      await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
    }
    return worker.state;
  });
}

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
      const next = `b${String(n).padStart(11, '0')}`;
      const text = `第 ${n} 版之前 ${luck.below(1_000_000)}`;
      await noteText(desk, text);
      desk.front.spoil = renamed(desk.build, next);
      expect(await update(desk.phone.page)).toBe('installed');
      // The page goes on with its build, and another page of this browser does not take it away from it.
      expect(await buildOf(desk.phone.page)).toBe(before);
      const other = await desk.phone.another();
      await other.goto(`${desk.front.url}/field`);
      await expect(other.locator('[data-list=today]')).toBeVisible();
      expect(await buildOf(other)).toBe(before);
      await other.close();
      const more = `${text}, 接着写`;
      await noteText(desk, more);
      // At the next start nobody holds the form: now it changes, once.
      await form(desk);
      await expect(desk.phone.page.locator(`meta[name="mingcha:build"][content="${next}"]`)).toBeAttached();
      await expect(desk.phone.page.locator('textarea[name^=note]').first()).toHaveValue(more);
      progress('updates in mid-form', n, updates);
    }
    figures('P6', 'phone-updates', luck.seed, true, { updates, lost: 0 });
    desk.phone.expectNoViolations();
  } finally {
    await end(desk);
  }
});
