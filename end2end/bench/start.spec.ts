// Gate 8: a cold start without a network, on a phone with 10,000 records, four times slower.

import { expect, test } from '@playwright/test';

import { readStore } from '../trust/support/store';
import { begin, end } from '../trust/support/work';
import { atMost, median, row, runs } from './support/row';
import { slowed } from './support/slow';

const RECORDS = 10_000;

/** Copies a draft with an answer to each of its items, and its task, until the store holds so many answers; all but a dozen are handed in. */
async function fill(page: import('@playwright/test').Page, visit: string, records: number): Promise<{ rows: number; drafts: number; bytes: number }> {
  return page.evaluate(
    async ({ visit, records }) => {
      const answer = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const db = await answer(indexedDB.open('mingcha-field'));
      const reading = db.transaction(['meta', 'rows']);
      const [key, keys, values] = await Promise.all([
        answer(reading.objectStore('meta').get('key')) as Promise<Uint8Array>,
        answer(reading.objectStore('rows').getAllKeys()) as Promise<string[]>,
        answer(reading.objectStore('rows').getAll()) as Promise<Uint8Array[]>,
      ]);
      const secret = await crypto.subtle.importKey('raw', key.slice(8) as Uint8Array<ArrayBuffer>, 'AES-GCM', false, ['decrypt', 'encrypt']);
      const head = key.slice(0, 8);
      const open = async (sealed: Uint8Array): Promise<string> =>
        new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.slice(9, 21) as Uint8Array<ArrayBuffer> }, secret, sealed.slice(21) as Uint8Array<ArrayBuffer>));
      let format = 0;
      const seal = async (text: string): Promise<Uint8Array> => {
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const body = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, secret, new TextEncoder().encode(text)));
        const sealed = new Uint8Array(21 + body.length);
        sealed[0] = format;
        sealed.set(head, 1);
        sealed.set(iv, 9);
        sealed.set(body, 21);
        return sealed;
      };
      const at = (name: string): Uint8Array => values[keys.indexOf(name)] ?? new Uint8Array();
      format = at(`draft/${visit}`)[0] ?? 0;
      const draft = JSON.parse(await open(at(`draft/${visit}`)));
      const task = await open(at(`task/${visit}`));
      const list = JSON.parse(await open(at(`list/${JSON.parse(task).task.assignment.checklist}`)));
      const items: string[] = list.sections.flatMap((section: { items: { id: string }[] }) => section.items.map((item) => item.id));
      for (const item of items) {
        draft.answers[item] ??= {};
        draft.answers[item].note = '现场核对:答复与公布一致,讲清了资费和违约,没有搭售。'.slice(0, 22);
      }
      const copies = Math.ceil(records / items.length);
      const put: [string, Uint8Array][] = [];
      for (let n = 0; n < copies; n += 1) {
        const id = crypto.randomUUID();
        const copy = JSON.stringify({ ...draft, state: n < 12 ? draft.state : 'submitted' });
        put.push([`draft/${id}`, await seal(copy.replaceAll(visit, id))], [`task/${id}`, await seal(task.replaceAll(visit, id))]);
      }
      const writing = db.transaction('rows', 'readwrite');
      for (const [name, value] of put) writing.objectStore('rows').put(value, name);
      await new Promise((resolve) => (writing.oncomplete = resolve));
      db.close();
      // The second copy is made of what lies here now.
      const root = await navigator.storage.getDirectory();
      await root.removeEntry('journal', { recursive: true }).catch(() => {});
      const bytes = put.reduce((sum, [, value]) => sum + value.length, 0);
      return { rows: keys.length + put.length, drafts: copies, bytes };
    },
    { visit, records },
  );
}

test('gate 8: a cold start offline is usable within 600 ms at a quarter of the speed', async () => {
  const rounds = runs(7, 1);
  const desk = await begin();
  try {
    const page = desk.phone.page;
    const { rows, drafts, bytes } = await fill(page, desk.visits[0] ?? '', process.env.MINGCHA_SHORT ? 500 : RECORDS);
    const { drafts: found } = await readStore(page, false);
    expect(Object.keys(found).length).toBeGreaterThanOrEqual(drafts);
    const usable: number[] = [];
    const painted: number[] = [];
    const empty: number[] = [];
    const quick: number[] = [];
    const ran: number[] = [];
    const wire: number[] = [];
    // The first start after that makes the second copy, and the browser its compiled code.
    for (let n = -2; n < rounds; n += 1) {
      for (const slow of n < 0 ? [false] : [false, true]) {
        await desk.phone.close();
        await desk.phone.open();
        const page = desk.phone.page;
        let bytes = 0;
        page.on('response', (response) => {
          // Of the script of a dedicated worker Playwright does not see that it came from the service worker; the server is gone.
          if (!response.fromServiceWorker() && !/\/assets\/worker-/.test(response.url())) bytes += 1;
        });
        await page.addInitScript(() => {
          const look = (): void => {
            // Usable: the list is there, and the loop has had a turn in which a tap would be heard.
            if (!document.querySelector('[data-list=today] [data-task]')) return;
            seen.disconnect();
            requestAnimationFrame(() => setTimeout(() => console.debug('usable', performance.now()), 0));
          };
          const seen = new MutationObserver(look);
          seen.observe(document, { subtree: true, childList: true });
        });
        // The page says it by itself: whoever asked would have Playwright put a third of a megabyte of script into it, in the midst of its start.
        const said = page.waitForEvent('console', (message) => message.text().startsWith('usable '));
        const slower = slow ? slowed(desk.phone.profile) : null;
        await page.goto(`${desk.phone.origin}/field`, { waitUntil: 'commit' });
        const at = Number((await said).text().split(' ')[1]);
        const first = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
        if (slower) ran.push(slower.end());
        if (n < 0) continue;
        if (!slow) {
          quick.push(at);
          continue;
        }
        usable.push(at);
        painted.push(first);
        wire.push(bytes);
        // The floor: an empty page of the same browser, as slow.
        const floor = slowed(desk.phone.profile);
        await page.goto('data:text/html,<title>x</title><p>x</p>');
        empty.push(await page.evaluate(() => new Promise<number>((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()), 0)))));
        floor.end();
        console.log(`   ${n + 1}/${rounds}: ${at.toFixed(0)} ms slowed, ${quick.at(-1)?.toFixed(0)} ms as it is`);
      }
    }
    row(
      8,
      'cold start offline to a usable list, 10,000 answers on the phone, its renderers at a quarter of the time',
      'at most 600 ms, 0 bytes on the wire',
      [atMost(600, 'start to usable, p50, ms', median(usable)), atMost(0, 'answers from the network', Math.max(...wire))],
      [
        ['first paint, p50, ms', median(painted)],
        ['the same start at full speed, p50, ms', median(quick)],
        ['floor: an empty page as slow, p50, ms', median(empty)],
        ['share of time in which the renderers ran', median(ran)],
        ['drafts', drafts],
        ['rows', rows],
        ['bytes of them', bytes],
        ['starts', usable.length],
      ],
    );
  } finally {
    await end(desk);
  }
});
