// P4: a phone that is killed while its camera or gallery is in front comes back to the question.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { makePhotos } from '../fixtures/jpeg';
import { saved } from '../fixtures/visit';
import { Luck, count, figures, pause, progress } from './support/run';
import { readStore } from './support/store';
import { type Desk, anyItem, begin, end, enter, openItem } from './support/work';

interface Tally {
  chooser: number;
  processing: number;
  back: number;
  kept: number;
  astray: number;
}

/** Kills behind the file chooser and while a photo is processed, in turn, and looks where the phone comes back to. */
async function die(desk: Desk, luck: Luck, kills: number, enough: (tally: Tally) => boolean = () => false): Promise<Tally> {
  const large = await makePhotos(mkdtempSync(join(tmpdir(), 'mc-photos-')), 2);
  const tally = { chooser: 0, processing: 0, back: 0, kept: 0, astray: 0 };
  for (let n = 1; n <= kills && !enough(tally); n += 1) {
    const visit = luck.of(desk.visits);
    const code = anyItem(desk, visit, luck);
    await openItem(desk, visit, code);
    const page = desk.phone.page;
    await enter(desk, page, visit, code, luck, luck.below(3));
    await saved(page);
    const evidence = page.locator(`[data-evidence="${code}"]`);
    const before = Number(await evidence.getAttribute('data-count'));
    const choosing = page.waitForEvent('filechooser');
    await evidence.locator('[data-add=photo] button').click();
    const chooser = await choosing;
    if (n % 2 === 0) {
      tally.processing += 1;
      desk.claims.shoots(visit, code);
      await chooser.setFiles(luck.of(large));
      await pause(luck.below(1_500));
    } else {
      tally.chooser += 1;
      await pause(luck.below(300));
    }
    await desk.phone.die();
    await desk.phone.open();
    await desk.phone.go('/field');
    await expect(desk.phone.page.locator(`[data-list=today], article[data-item]`).first()).toBeVisible();
    const stored = await readStore(desk.phone.page);
    desk.claims.compare(stored, `camera ${n}`);
    const id = Object.entries(stored.codes).find(([, known]) => known === code)?.[0] ?? '';
    const after = (stored.drafts[visit]?.evidence ?? []).filter((piece) => piece.item === id).length;
    if (desk.phone.page.url().endsWith(`/field/visit/${visit}/item/${code}`)) tally.back += 1;
    else if (after > before) tally.kept += 1;
    else tally.astray += 1;
    progress('kills at the camera', n, kills, `seed ${luck.seed}, ${JSON.stringify(tally)}`);
  }
  return tally;
}

test('P4 a kill behind the file chooser or while a photo is processed leads back to the slot and loses no answer', async () => {
  const luck = new Luck();
  const kills = count(200, 4);
  const desk = await begin();
  try {
    const tally = await die(desk, luck, kills);
    const { lost, ghosts } = desk.claims;
    const passed = lost.length + ghosts.length + tally.astray === 0;
    figures('P4', 'phone', luck.seed, passed, { ...tally, lost: lost.length, ghosts: ghosts.length });
    desk.claims.expectKept();
    expect(tally.astray).toBe(0);
  } finally {
    await end(desk);
  }
});

/** A phone that notes nowhere which question the camera was opened for. */
const FORGETFUL = `
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, key) {
    return key === 'note/intent' ? this.get('nothing') : put.call(this, value, key);
  };
`;

test('P4 twin: a phone that forgets which question the camera was opened for is caught', async () => {
  const luck = new Luck();
  const desk = await begin(undefined, FORGETFUL);
  try {
    const tally = await die(desk, luck, 6, ({ astray }) => astray > 0);
    figures('P4', 'phone-twin', luck.seed, tally.astray > 0, { ...tally });
    expect(tally.astray).toBeGreaterThan(0);
  } finally {
    await end(desk);
  }
});
