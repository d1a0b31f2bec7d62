// P18: what people write is shown as words by a real browser, and runs in none of its pages; no table works it out.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Page, expect, test } from '@playwright/test';

import { Desk } from '../fixtures/desk';
import { Phone } from '../fixtures/phone';
import { makeScreenshot } from '../fixtures/pictures';
import { Server } from '../fixtures/server';
import { acceptAndArrive, addPhotos, answer, drained, handIn, leave, missingItems, note, saved, signIn } from '../fixtures/visit';
import { Deck, isLive, rows, squeezed } from './support/hostile';
import { Luck, count, figures, progress } from './support/run';
import { Spy } from './support/spy';
import { readStore } from './support/store';

/** Behind a text in a note that also has to say something. */
const FILLER = ' 现场核对:答复与公布一致,讲清了资费、合约期和违约,没有搭售。';

interface Scene {
  server: Server;
  deck: Deck;
  spy: Spy;
  phone: Phone;
  /** Of somebody who plans and keeps the accounts, and of somebody who judges. */
  office: Desk;
  reviewer: Desk;
}

async function begin(deck: Deck): Promise<Scene> {
  const server = await Server.start();
  await server.run(['user', 'add', 'both', '--name', '周全', '--role', 'office', '--role', 'admin'], 'mingcha-demo\n');
  const spy = new Spy(deck);
  const desk = async (login: string): Promise<Desk> => {
    const desk = await Desk.sit(server.url, login);
    await spy.watch(desk.page);
    return desk;
  };
  const [office, reviewer] = [await desk('both'), await desk('reviewer')];
  const phone = await Phone.take(server.url);
  await spy.watch(phone.page);
  await signIn(phone, 'sup1');
  // Nobody else of the demo city stays at home on Sundays: by that their handle is known here.
  await office.go('/hq/people');
  await office.page.locator('tr[data-login=sup1] [data-draw]').click();
  await office.page.getByLabel('周日').uncheck();
  await office.page.getByRole('button', { name: '保存' }).click();
  await expect(office.page.locator('tr[data-login=sup1] [data-draw]')).toContainText('周六');
  return { server, deck, spy, phone, office, reviewer };
}

async function end({ server, phone, office, reviewer }: Scene): Promise<void> {
  await office.leave();
  await reviewer.leave();
  await phone.remove();
  await server.remove();
}

/** Opens a view of HQ and looks at it, as it came and once it is alive. */
async function view({ spy }: Scene, desk: Desk, path: string): Promise<void> {
  await desk.go(path);
  await spy.look(desk.page);
  await desk.alive();
  await spy.look(desk.page);
}

/** Opens a view of the phone and looks at it once it shows what is meant. */
async function phoneView({ spy, phone }: Scene, path: string, shows: string): Promise<void> {
  await phone.go(path);
  await expect(phone.page.locator(shows).first()).toBeVisible();
  await spy.look(phone.page);
}

async function synced(phone: Phone): Promise<void> {
  await phone.go('/field/sync');
  await phone.page.getByRole('button', { name: '立即同步' }).click();
  await drained(phone.page);
}

/** A hotline whose name comes from an imported list. Gives its code. */
async function hotline({ server, deck }: Scene, n: number): Promise<string> {
  const code = `X${n}`;
  const cell = (place: string): string => `"${deck.deal(place, { line: true }).replaceAll('"', '""')}"`;
  const file = join(mkdtempSync(join(tmpdir(), 'mc-list-')), 'venues.csv');
  const line = [code, cell('venue name'), 'hotline', 'YC', cell('venue address'), cell('venue hours')].join();
  writeFileSync(file, `code,name,kind,unit,address,hours\n${line}\n`);
  await server.run(['import', 'venues', file]);
  return code;
}

/** A task there, with everything that the office can write, for the person on the phone. Gives its id. */
async function given(scene: Scene, code: string): Promise<string> {
  const { office, deck, phone } = scene;
  const page = office.page;
  await view(scene, office, '/hq/tasks/new?kind=hotline');
  await page.locator('[data-list=venues] label', { hasText: ` · ${code}` }).locator('input').check();
  await expect(page.locator('[data-suiting]')).toHaveAttribute('data-for', '1');
  const handles = page.locator('select[name="form[handle]"]');
  const labels = await handles.locator('option').allTextContents();
  await handles.selectOption({ index: labels.findIndex((label) => label.includes('周六') && !label.includes('周日')) });
  await page.fill('textarea[name="form[persona]"]', deck.deal('persona'));
  for (const k of [0, 1]) {
    await page.fill(`input[name="form[questions][${k}][question]"]`, deck.deal('question', { most: 300, line: true }));
    await page.fill(`input[name="form[questions][${k}][answer]"]`, deck.deal('right answer', { most: 300, line: true }));
  }
  await page.fill('textarea[name="form[commitments]"]', [1, 2].map(() => deck.deal('commitment', { line: true })).join('\n'));
  const before = await tasks(phone);
  await page.getByRole('button', { name: '派发' }).click();
  await expect(page).toHaveURL(/\/hq\/tasks$/);
  await synced(phone);
  const task = (await tasks(phone)).find((one) => !before.includes(one));
  if (!task) throw new Error('the task reached somebody else');
  return task;
}

async function tasks(phone: Phone): Promise<string[]> {
  return Object.keys((await readStore(phone.page, false)).items);
}

/** Makes the visit, with a text in every field there is. */
async function visited(scene: Scene, visit: string): Promise<void> {
  const { phone, deck } = scene;
  const page = phone.page;
  const picture = makeScreenshot(mkdtempSync(join(tmpdir(), 'mc-screens-')), 'screen.png', 40, 60);
  const at = (code: string): string => `/field/visit/${visit}/item/${code}`;
  await phoneView(scene, '/field', '[data-list=today] [data-task]');
  await phoneView(scene, `/field/visit/${visit}`, '[data-card=scenario]');
  await acceptAndArrive(phone, visit);
  const codes = (await readStore(page, false)).items[visit] ?? [];
  const isLater = page.locator('.item__marks', { hasText: '后补题' });
  await phone.go(at(codes[0] ?? ''));
  for (const [n, code] of codes.entries()) {
    if (n > 0) await page.getByRole('button', { name: '下一条' }).click();
    const item = page.locator(`article[data-item="${code}"]`);
    await expect(item).toBeVisible();
    if ((await item.locator('[data-na]').count()) > 0) {
      await item.locator('[data-na] input[name=na]').check({ force: true });
      await item.locator('textarea[name=na-reason]').fill(deck.deal('reason of 不适用'));
      await page.keyboard.press('Tab');
      await saved(page);
    } else if (code === 'HOT-05') {
      // Not as it should be: HQ gets a finding with the note.
      await item.locator('.item__control input[type=radio]').last().check({ force: true });
      await saved(page);
    } else if ((await isLater.count()) === 0) {
      await answer(page, code);
    }
    if ((await item.locator('[data-add=ticket]').count()) > 0) {
      await item.locator('[data-add=ticket] button').click();
      const dialog = page.getByRole('dialog').filter({ visible: true });
      await dialog.locator('input[name=ticket]').fill(deck.deal('ticket', { most: 60, line: true }));
      await dialog.getByRole('button', { name: '保存' }).click();
      await saved(page);
      await item.locator('[data-piece] button').first().click();
      await scene.spy.look(page);
      await phone.go(at(code));
      await expect(item).toBeVisible();
    }
    await note(page, deck.deal('note') + FILLER);
  }
  await leave(phone, visit);
  for (const name of ['overall', 'good', 'suggestion']) {
    await page.fill(`textarea[name=${name}]`, deck.deal(name) + FILLER);
    await page.keyboard.press('Tab');
    await saved(page);
  }
  await phoneView(scene, `/field/visit/${visit}/missing`, '[data-missing]');
  for (const code of await missingItems(page)) {
    await phone.go(at(code));
    await addPhotos(page, code, [picture], 'screenshot');
  }
  await phoneView(scene, `/field/visit/${visit}`, '[data-card=scenario]');
  await phoneView(scene, `/field/visit/${visit}/list`, 'article[data-item]');
  await handIn(phone, visit);
  await synced(phone);
  await phoneView(scene, '/field/visits', 'ul.jump');
}

/** One task declined by its supervisor, one called back by the office. */
async function refused({ phone, office, deck }: Scene): Promise<void> {
  const page = phone.page;
  await phone.go('/field');
  const offered = page.locator('[data-task][data-stage=offered]');
  await expect(offered.first()).toBeVisible();
  const [declined = '', recalled = ''] = await offered.evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.task ?? ''));
  await phone.go(`/field/visit/${declined}`);
  await page.getByRole('button', { name: /不方便去/ }).click();
  await page.locator('input[name=tie][value=other]').check({ force: true });
  await page.locator('dialog textarea[name=reason]').fill(deck.deal('reason of declining'));
  await page.getByRole('button', { name: '退出这个任务' }).click();
  await expect(page.getByRole('dialog').filter({ visible: true })).toHaveCount(0);
  await office.go('/hq/tasks?state=released');
  const row = office.page.locator(`tr[id="${recalled}"]`);
  await row.locator('summary').click();
  await row.locator('input[name=reason]').fill(deck.deal('reason of calling back', { line: true }));
  await row.getByRole('button', { name: '收回' }).click();
  await expect(row.locator('summary')).toHaveCount(0);
}

/** What HQ is about to do: sent when it can no longer be taken back, ten seconds later. */
interface Pending {
  visit: string;
  /** Its address at HQ, and that of the visit that is thrown away. */
  paths: [string, string];
  aside: Page;
}

/** HQ gives the visit back item by item and throws another away. */
async function decided(scene: Scene, visit: string): Promise<Pending> {
  const { reviewer, deck, spy } = scene;
  const page = reviewer.page;
  const name = deck.dealt.findLast((one) => one.place === 'venue name')?.text ?? '';
  await view(scene, reviewer, `/hq/visits?state=received&q=${encodeURIComponent(name)}`);
  const row = page.locator('a[data-row]');
  const path = (await row.first().getAttribute('href')) ?? '';
  await view(scene, reviewer, '/hq/visits?state=received');
  const all = await row.evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  const other = all.find((one) => one !== path) ?? '';
  const aside = await page.context().newPage();
  await spy.watch(aside);
  await aside.goto(`${reviewer.origin}${other}/void`);
  await expect(aside.locator('.hq[data-state=alive]')).toBeAttached();
  await aside.fill('textarea[name=reason]', deck.deal('reason of voiding'));
  await aside.getByRole('button', { name: '作废', exact: true }).click();
  await expect(aside.locator('[data-pending="1"]')).toBeAttached();

  for (const rest of ['', '/accept', '/return']) await view(scene, reviewer, path + rest);
  // The visit as a whole and three items; all of them where there are texts that were nowhere yet.
  const rows = await page.locator('details.give').all();
  for (const row of deck.left > 0 ? rows : rows.slice(0, 4)) {
    await row.locator('summary').click();
    await row.locator('textarea').fill(deck.deal('reason of giving back'));
  }
  await page.getByRole('button', { name: '退回', exact: true }).click();
  await expect(page.locator('[data-pending="1"]')).toBeAttached();
  await spy.look(page);
  return { visit, paths: [path, other], aside };
}

/** Both have taken effect; a finding is dismissed, and the phone hears why the visit came back. */
async function judged(scene: Scene, { visit, paths: [path, other], aside }: Pending): Promise<void> {
  const { reviewer, deck, spy, phone } = scene;
  const page = reviewer.page;
  await expect(page.locator('[data-visit]')).toHaveAttribute('data-state', 'returned');
  await spy.look(page);
  await expect(aside.locator('[data-visit]')).toHaveAttribute('data-state', 'voided');
  await spy.look(aside);
  await aside.close();
  for (const one of [path, other]) await view(scene, reviewer, one);
  await view(scene, reviewer, '/hq/findings?state=proposed&topic=hotline');
  const finding = page.locator('tr[data-finding]', { has: page.locator(`a[href^="${path}"]`) }).first();
  const dismissed = await finding.getAttribute('data-finding');
  await finding.locator('summary').click();
  await finding.locator('input[name=reason]').fill(deck.deal('reason of dismissing', { line: true }));
  await finding.getByRole('button', { name: '不成立' }).click();
  await expect(page.locator(`tr[data-finding="${dismissed}"]`)).toHaveCount(0);
  await view(scene, reviewer, '/hq/findings?state=dismissed');

  await synced(phone);
  await phoneView(scene, `/field/visit/${visit}`, '[data-stage=returned]');
  // What is in a summary here stands in full at the item.
  const first = (await readStore(phone.page, false)).items[visit]?.[0] ?? '';
  await phoneView(scene, `/field/visit/${visit}/item/${first}`, '[data-returned=reason]');
  await phoneView(scene, `/field/visit/${visit}/debrief`, 'textarea[name=overall]');
  await phoneView(scene, '/field', '[data-list=today]');
}

/** Somebody who has no task. */
async function signInAs({ page, origin }: Phone, login: string): Promise<void> {
  await page.goto(`${origin}/field`);
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', 'mingcha-demo');
  await page.locator('form button[type=submit]').click();
  await expect(page.locator('[data-list=today]')).toBeVisible();
}

/** Somebody with such a name signs in on a phone of their own; another by a link. */
async function named(scene: Scene): Promise<void> {
  const { office, deck, spy, server } = scene;
  const page = office.page;
  const logins: string[] = [];
  for (const password of ['mingcha-demo', '']) {
    await office.go('/hq/people');
    await office.alive();
    await page.locator('summary', { hasText: '新建账号' }).click();
    await page.fill('input[name=name]', deck.deal('name', { most: 60, line: true }));
    logins.push(deck.deal('login', { most: 60, line: true }));
    await page.fill('input[name=login]', logins[logins.length - 1] ?? '');
    await page.locator('input[value=visitor]').check();
    await page.fill('#password', password);
    const known = await page.locator('tr[data-login]').count();
    await page.getByRole('button', { name: '建立' }).click();
    if (password) await expect(page.locator('tr[data-login]')).toHaveCount(known + 1);
    else await expect(page.locator('[data-link]')).toBeVisible();
    await spy.look(page);
  }
  await view(scene, office, '/hq/people');
  const phone = await Phone.take(server.url);
  try {
    await spy.watch(phone.page);
    await signInAs(phone, logins[0] ?? '');
    await phone.go('/field/me');
    await expect(phone.page.locator('[data-sign-out]')).toBeVisible();
    await spy.look(phone.page);
  } finally {
    await phone.remove();
  }
}

/** What an address says is text, too. */
async function reflected(scene: Scene, most: number): Promise<void> {
  const { reviewer, phone, deck, spy } = scene;
  const pages = ['/hq/visits', '/hq/findings', '/hq/tasks', '/hq/tasks/new', '/hq/sign-in'];
  for (const [n, { text }] of deck.dealt.slice(0, most).entries()) {
    const query = new URLSearchParams({ q: text, topic: text, older: text, to: text, kind: text, __path: '/hq/act/visit/accept', __err: text });
    await reviewer.go(`${pages[n % pages.length]}?${query.toString()}`);
    await spy.look(reviewer.page);
    const part = encodeURIComponent(text);
    await phone.go([`/field/link#${part}`, `/field/visit/${part}`, `/field/${part}?to=${part}#${part}`][n % 3] ?? '');
    await expect(phone.page.locator('main')).toBeVisible();
    await spy.look(phone.page);
  }
}

/** The lists that HQ has. */
async function everywhere(scene: Scene): Promise<void> {
  const { office, reviewer } = scene;
  const of: [Desk, string[]][] = [
    [reviewer, ['/hq', '/hq/visits', '/hq/visits?state=voided', '/hq/findings', '/hq/held', '/hq/checklists', '/hq/org']],
    [office, ['/hq/tasks', '/hq/tasks?state=declined', '/hq/tasks?state=recalled', '/hq/tasks?state=in_progress', '/hq/org', '/hq/people', '/hq/settings']],
  ];
  for (const [desk, paths] of of) for (const path of paths) await view(scene, desk, path);
}

/** The tables that HQ hands out: how many cells there are, those that would be worked out, and which texts are among them. */
async function tables({ reviewer, deck, server }: Scene): Promise<{ cells: number; live: string[]; texts: number }> {
  const found = { cells: 0, live: [] as string[], texts: 0 };
  let all = '';
  for (const name of ['visits', 'answers', 'findings']) {
    const answer = await reviewer.page.request.get(`${server.url}/hq/export/${name}.csv`);
    expect(answer.status()).toBe(200);
    for (const row of rows((await answer.text()).replace(/^\ufeff/, ''))) {
      found.cells += row.length;
      found.live.push(...row.filter(isLive));
      all += squeezed(row.join('\n'));
    }
  }
  found.texts = deck.dealt.filter((one) => all.includes(squeezed(one.text))).length;
  return found;
}

test('P18 what people write is words in every view of phone and HQ, and runs in none', async () => {
  const luck = new Luck();
  const deck = Deck.of(luck, { hostile: count(200, 10), formulas: count(50, 6) });
  const scene = await begin(deck);
  try {
    for (let n = 1; deck.left > 0 || n === 1; n += 1) {
      const task = await given(scene, await hotline(scene, n));
      await visited(scene, task);
      const pending = await decided(scene, task);
      if (n === 1) {
        await refused(scene);
        await named(scene);
      }
      await judged(scene, pending);
      progress('texts', deck.size - deck.left, deck.size, `seed ${luck.seed}, ${deck.dealt.length} fields, ${scene.spy.views} looks`);
    }
    await everywhere(scene);
    await reflected(scene, count(200, 10));
    const { cells, live, texts } = await tables(scene);
    const { harm } = scene.spy;
    const unshown = deck.dealt.filter((one) => !one.shown).map((one) => `${one.place}: ${one.text}`);
    const bad = Object.values(harm).flat().length + live.length;
    figures('P18', 'phone', luck.seed, bad + unshown.length === 0, {
      texts: deck.size, fields: deck.dealt.length, shown: deck.dealt.filter((one) => one.shown).length, views: scene.spy.views, ran: harm.ran.length,
      stopped: harm.stopped.length, made: harm.made.length, cells, texts_in_cells: texts, live: live.length,
    });
    expect(harm).toEqual({ ran: [], stopped: [], made: [], strays: [] });
    expect(unshown).toEqual([]);
    expect(live).toEqual([]);
    expect(texts).toBeGreaterThan(0);
    for (const desk of [scene.office, scene.reviewer]) desk.expectNoViolations();
    scene.phone.expectNoViolations();
  } finally {
    await end(scene);
  }
});

/** Views that take a text for HTML: HQ's with what the server sent, the phone's as they are made. */
const AS_HTML = `
  addEventListener('DOMContentLoaded', () => {
    for (const cell of document.querySelectorAll('tr[data-login] td')) cell.innerHTML = cell.textContent;
  });
  const make = Document.prototype.createTextNode;
  Document.prototype.createTextNode = function (text) {
    if (!String(text).includes('<')) return make.call(this, text);
    const around = this.createElement('span');
    around.innerHTML = text;
    return around;
  };
`;

test('P18 twin: views that take a text for HTML are caught by what they make, and where no policy stops it by what runs', async () => {
  const luck = new Luck();
  const server = await Server.start();
  const name = '<img src=x onerror=mcRan()>';
  await server.run(['user', 'add', 'twin', '--name', name, '--role', 'visitor'], 'mingcha-demo\n');
  const caught = { made: 0, stopped: 0, ran: 0 };
  const look = async (page: Page, work: (page: Page) => Promise<void>): Promise<Spy> => {
    const spy = new Spy(Deck.of(luck, { hostile: 0, formulas: 0 }));
    await spy.watch(page);
    await page.addInitScript(AS_HTML);
    await work(page);
    await expect.poll(() => Math.min(spy.made.length, spy.stopped.length + spy.ran.length)).toBeGreaterThan(0);
    caught.made += spy.made.length;
    caught.stopped += spy.stopped.length;
    caught.ran += spy.ran.length;
    return spy;
  };
  const people = async (page: Page): Promise<void> => {
    await page.goto(`${server.url}/hq/people`);
    await expect(page.locator('tr[data-login=twin]')).toBeVisible();
  };
  const phone = await Phone.take(server.url);
  const desks: Desk[] = [];
  try {
    // The policy of the page is the second wall: it stops what the first let through.
    for (const bypassCSP of [false, true]) {
      const desk = await Desk.sit(server.url, 'admin', { bypassCSP });
      desks.push(desk);
      const spy = await look(desk.page, people);
      expect({ ran: spy.ran.length > 0, stopped: spy.stopped.length > 0 }).toEqual({ ran: bypassCSP, stopped: !bypassCSP });
    }
    const spy = await look(phone.page, async () => {
      await signInAs(phone, 'twin');
      await phone.go('/field/me');
    });
    expect(spy.ran).toEqual([]);
    // That the policy had something to stop is what was looked for.
    for (const who of [phone, ...desks]) who.violations.length = 0;
    figures('P18', 'phone-twin', luck.seed, true, caught);
  } finally {
    for (const desk of desks) await desk.leave();
    await phone.remove();
    await server.remove();
  }
});
