// A phone with a form open, behind a front that publishes releases.

import { type Page, expect } from '@playwright/test';

import { Phone } from '../../fixtures/phone';
import { Server } from '../../fixtures/server';
import { acceptAndArrive, offlineReady, saved, signIn } from '../../fixtures/visit';
import { Bare } from './bare';
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

/** Asks the browser to look for a new worker, as it does by itself with each navigation; gives what comes of it. */
const UPDATE = `(async () => {
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
})()`;

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
  if (shim) {
    phone.prepare = (page) => page.addInitScript(shim);
    await phone.prepare(phone.page);
  }
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
  await desk.phone.page.goto(addressOf(desk));
  await expect(desk.phone.page.locator(`article[data-item="${desk.code}"]`)).toBeVisible();
}

/** Whatever changes builds is done in a browser that nobody looks into; the phone is off meanwhile, and has started again after it. */
export async function bare(desk: Desk, work: (browser: Bare) => Promise<void>): Promise<void> {
  await desk.phone.close();
  const browser = await Bare.open(desk.phone.profile);
  try {
    await work(browser);
  } finally {
    await browser.close();
  }
  await desk.phone.open();
}

/** What a form shows. */
export const ARTICLE = 'article[data-item]';

/** Where the form is. */
export function addressOf(desk: Desk): string {
  return `${desk.front.url}/field/visit/${desk.visit}/item/${desk.code}`;
}

/** Whether the page shows this. */
function shows(selector: string): string {
  return `document.querySelector(${JSON.stringify(selector)}) !== null`;
}

/** Whether it does, as a page of this build. */
export function showsBuild(build: string, selector: string): string {
  return `${shows(selector)} && document.querySelector('meta[name="mingcha:build"]').content === ${JSON.stringify(build)}`;
}

/** The app opens at an address and shows `before`, hears of the build that is out, is closed and opens again: now it is that one. */
export async function changes(browser: Bare, address: string, build: string, before: string, after: string): Promise<void> {
  await browser.go(address);
  await browser.until(shows(before));
  expect(await browser.evaluate(UPDATE)).toBe('installed');
  await browser.go('about:blank');
  await browser.go(address);
  await browser.until(showsBuild(build, after));
}

export async function noteText(desk: Desk, text: string): Promise<void> {
  await desk.phone.page.locator('textarea[name^=note]').first().fill(text);
  await desk.phone.page.keyboard.press('Tab');
  await saved(desk.phone.page);
}

export async function expectNote(desk: Desk, text: string | RegExp): Promise<void> {
  await expect(desk.phone.page.locator('textarea[name^=note]').first()).toHaveValue(text);
}

/** What comes of a look for a new worker. */
export async function update(page: Page): Promise<string> {
  return page.evaluate(UPDATE);
}
