// A phone with a form open, behind a front that publishes releases.

import { type Page, expect } from '@playwright/test';

import { Phone } from '../../fixtures/phone';
import { Server } from '../../fixtures/server';
import { acceptAndArrive, offlineReady, saved, signIn } from '../../fixtures/visit';
import { Front } from './front';
import { readStore } from './store';

export interface Desk {
  server: Server;
  front: Front;
  phone: Phone;
  /** The id of the true build. */
  build: string;
  visit: string;
  code: string;
}

/** A visit is begun. `shim`: what lies under the page. */
export async function begin(shim?: string): Promise<Desk> {
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
  if (shim) await phone.page.addInitScript(shim);
  return { server, front, phone, build, visit, code };
}

export async function end(desk: Desk): Promise<void> {
  await desk.phone.remove();
  await desk.front.down();
  await desk.server.remove();
}

export async function buildOf(page: Page): Promise<string> {
  return (await page.locator('meta[name="mingcha:build"]').getAttribute('content')) ?? '';
}

/** Opens the form, as a start of the app at its address. */
export async function form(desk: Desk): Promise<void> {
  await desk.phone.go(`/field/visit/${desk.visit}/item/${desk.code}`);
  await isOpen(desk);
}

/** Starts the app at the form until it is this build: a page that was left a moment ago may still hold its form open. */
export async function starts(desk: Desk, build: string): Promise<void> {
  const page = desk.phone.page;
  await expect
    .poll(async () => {
      await desk.phone.go(`/field/visit/${desk.visit}/item/${desk.code}`);
      await expect(page.locator(`article[data-item="${desk.code}"], [data-state^=rescue-]`).first()).toBeVisible();
      return buildOf(page);
    })
    .toBe(build);
}

export async function isOpen(desk: Desk): Promise<void> {
  await expect(desk.phone.page.locator(`article[data-item="${desk.code}"]`)).toBeVisible();
}

export async function noteText(desk: Desk, text: string): Promise<void> {
  await desk.phone.page.locator('textarea[name^=note]').first().fill(text);
  await desk.phone.page.keyboard.press('Tab');
  await saved(desk.phone.page);
}

export async function expectNote(desk: Desk, text: string | RegExp): Promise<void> {
  await expect(desk.phone.page.locator('textarea[name^=note]').first()).toHaveValue(text);
}

/** Asks the browser to look for a new worker, as it does by itself with each navigation; waits for what comes of it. */
export async function update(page: Page): Promise<string> {
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
