// Every screen of phone and HQ, in both languages and in every dress: axe finds nothing and nothing runs over the
// edge. CI reads some dresses of each screen, `make looks` reads them all.

import { expect, test } from '../fixtures/city';
import { Desk } from '../fixtures/desk';
import { type Dress, dresses, faults, whole } from '../fixtures/looks';
import { Phone } from '../fixtures/phone';
import { acceptAndArrive, leave, signIn } from '../fixtures/visit';

const LANGUAGES: { lang: 'zh' | 'en'; desk: Dress[]; phone: Dress[] }[] = [
  {
    lang: 'zh',
    desk: [{ width: 1280, theme: 'light' }],
    phone: [
      { width: 360, theme: 'light' },
      { width: 360, theme: 'sun' },
    ],
  },
  { lang: 'en', desk: [{ width: 360, theme: 'dark' }], phone: [{ width: 360, theme: 'dark' }] },
];

const DESKS: { login: string; pages: string[] }[] = [
  {
    login: 'reviewer',
    pages: ['', '/visits', '/visits?state=received', '/visits?q=zzz', '/findings', '/checklists', '/held', '/settings', '/nowhere'],
  },
  { login: 'office', pages: ['/tasks', '/tasks/new'] },
  { login: 'admin', pages: ['/people', '/org'] },
];

for (const { lang, desk: deskDresses, phone: phoneDresses } of LANGUAGES) {
  const locale = lang === 'zh' ? 'zh-CN' : 'en-US';

  test(`HQ is readable for everybody (${lang})`, async ({ city }) => {
    test.setTimeout(whole ? 3_600_000 : 600_000);
    const found: string[] = [];
    const all = whole ? dresses(['light', 'dark']) : deskDresses;
    for (const { login, pages } of DESKS) {
      const desk = await Desk.sit(city.url, login, { locale });
      const page = desk.page;
      const look = async (name: string): Promise<void> => {
        found.push(...(await faults(page, `hq ${lang} ${name}`, all)));
      };
      try {
        for (const path of pages) {
          await desk.go(`/hq${path}`);
          await expect(page.locator('main h1')).toBeVisible();
          // What is folded up is read too: two of a kind are enough.
          await page.evaluate(() => {
            for (const one of [...document.querySelectorAll('details')].slice(0, 2)) one.open = true;
          });
          await look(path.slice(1) || 'board');
        }
        if (login === 'admin') {
          await desk.go('/hq/people');
          await page.locator('[data-draw]').first().click();
          await expect(page.locator('.picks--week')).toBeVisible();
          await look('supervisor');
        }
        if (login === 'reviewer') {
          await desk.go('/hq/checklists');
          await page.locator('main a[href^="/hq/checklists/"]').first().click();
          await expect(page).toHaveURL(/checklists\/./);
          await expect(page.locator('main h1')).toBeVisible();
          await look('checklist');
          const visit = await desk.openVisit('?state=received&topic=hall', 0);
          await desk.alive();
          await look('visit');
          await page.locator('[data-list=evidence] button').first().click();
          await expect(page.locator('[data-viewer]')).toBeVisible();
          await look('viewer');
          await page.keyboard.press('Escape');
          await page.keyboard.press('?');
          await expect(page.getByRole('dialog')).toBeVisible();
          await look('keys');
          for (const decision of ['accept', 'return', 'void']) {
            await desk.go(`${visit}/${decision}`);
            await expect(page.locator('[data-decision]')).toBeVisible();
            await look(decision);
          }
        }
        desk.expectNoViolations();
      } finally {
        await desk.leave();
      }
    }
    expect(found).toEqual([]);
  });

  test(`the phone is readable for everybody (${lang})`, async ({ city }) => {
    test.setTimeout(whole ? 3_600_000 : 600_000);
    const phone = await Phone.take(city.url, { locale });
    const found: string[] = [];
    const all = whole ? dresses(['light', 'dark', 'sun']) : phoneDresses;
    const look = async (name: string): Promise<void> => {
      found.push(...(await faults(phone.page, `phone ${lang} ${name}`, all)));
    };
    const page = phone.page;
    try {
      await phone.go('/field');
      await expect(page.locator('input[name=login]')).toBeVisible();
      await look('sign-in');
      await signIn(phone, lang === 'zh' ? 'sup8' : 'sup7');
      await look('today');
      for (const path of ['visits', 'sync', 'me', 'link']) {
        await phone.go(`/field/${path}`);
        await expect(page.locator('h1')).toBeVisible();
        await look(path);
      }
      await phone.go('/field');
      const id = (await page.locator('[data-stage=offered]').first().getAttribute('data-task')) ?? '';
      await phone.go(`/field/visit/${id}`);
      await expect(page.locator('[data-stage=offered]')).toBeVisible();
      await look('offered');
      await acceptAndArrive(phone, id);
      await look('on-site');
      const codes = await page.locator('.jump__row').evaluateAll((rows) => rows.map((row) => row.getAttribute('href') ?? ''));
      await phone.go(`/field/visit/${id}/list`);
      await expect(page.locator('article[data-item]').first()).toBeVisible();
      await look('list');
      await phone.go(codes[0] ?? '');
      await expect(page.locator('article[data-item]')).toBeVisible();
      await look('item');
      await leave(phone, id);
      await look('debrief');
      await phone.go(`/field/visit/${id}/missing`);
      await expect(page.locator('[data-missing]').first()).toBeVisible();
      await look('missing');
      phone.expectNoViolations();
    } finally {
      await phone.remove();
    }
    expect(found).toEqual([]);
  });
}
