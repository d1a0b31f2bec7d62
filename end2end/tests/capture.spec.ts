// Photos, screenshots and tickets on the phone: taken, put elsewhere, taken again, deleted; and a note that is
// saved while it is written.

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from '../fixtures/city';
import { Phone } from '../fixtures/phone';
import { makeScreenshot, sha256 } from '../fixtures/pictures';
import { storedHashes } from '../fixtures/stored';
import { acceptAndArrive, addPhotos, beginFirst, leave, note, saved, signIn } from '../fixtures/visit';

test('a photo is seen as soon as it was taken, and none is read again when another comes', async ({ city }) => {
  const folder = mkdtempSync(join(tmpdir(), 'mc-screens-'));
  const phone = await Phone.take(city.url);
  try {
    const id = await beginFirst(phone, 'sup4');
    const page = phone.page;
    const code = (await page.locator('.jump__row .jump__end').first().textContent()) ?? '';
    await phone.go(`/field/visit/${id}/item/${code}`);
    const pictures = page.locator(`[data-evidence="${code}"] .tile__image`);
    const shown = (): Promise<(string | null)[]> => pictures.evaluateAll((all) => all.map((one) => one.getAttribute('src')));
    // It was an icon until the next one came, and with each further one every other was taken off the screen and read anew.
    let before: (string | null)[] = [];
    for (const n of [1, 2, 3]) {
      await addPhotos(page, code, [makeScreenshot(folder, `${n}.png`, 40 + n, 60)]);
      await expect(pictures).toHaveCount(n);
      await expect.poll(async () => page.evaluate(() => [...document.images].every((one) => one.complete && one.naturalWidth > 0))).toBe(true);
      const now = await shown();
      expect(now.slice(0, n - 1)).toEqual(before);
      before = now;
    }
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

test('photos are taken in the page, moved, taken again and deleted', async ({ city }) => {
  const folder = mkdtempSync(join(tmpdir(), 'mc-screens-'));
  const phone = await Phone.take(city.url);
  try {
    const id = await beginFirst(phone, 'sup2');
    const page = phone.page;
    const go = async (code: string): Promise<void> => {
      await phone.go(`/field/visit/${id}/item/${code}`);
      await expect(page.locator(`article[data-item="${code}"]`)).toBeVisible();
    };
    const pieces = (code: string) => page.locator(`[data-evidence="${code}"]`);

    // Two photos by the page's own camera, one after another.
    await go('HALL-01');
    await page.locator('[data-add=camera] button').click();
    for (const count of ['1', '2']) {
      await page.locator('.camera__shutter:enabled').click();
      await expect(page.locator(`[data-shots="${count}"]`)).toBeAttached();
    }
    const opened = await page.evaluate(() => document.querySelector('video')?.currentTime ?? 0);
    await page.getByRole('button', { name: '完成' }).click();
    await expect(pieces('HALL-01')).toHaveAttribute('data-count', '2');
    await saved(page);
    const two = await storedHashes(page);
    expect(two).toHaveLength(2);

    // Taken again: the old one goes only when the new one is there.
    await page.locator('[data-piece] button').first().click();
    await page.getByRole('button', { name: '重拍' }).click();
    await page.locator('.camera__shutter:enabled').waitFor();
    await page.getByRole('button', { name: '完成' }).click();
    await expect(pieces('HALL-01')).toHaveAttribute('data-count', '2');
    await page.locator('[data-piece] button').first().click();
    await page.getByRole('button', { name: '重拍' }).click();
    await page.locator('.camera__shutter:enabled').waitFor();
    // The camera of the test shows the time since it was opened: a photo taken as soon as the ones before would be the same one.
    await page.waitForFunction((seconds) => (document.querySelector('video')?.currentTime ?? 0) > seconds, opened + 3);
    await page.locator('.camera__shutter:enabled').click();
    await expect(page.locator('.camera')).toHaveCount(0);
    await expect(pieces('HALL-01')).toHaveAttribute('data-count', '2');
    await saved(page);
    const old = async (): Promise<number> => (await storedHashes(page)).filter((hash) => two.includes(hash)).length;
    await expect.poll(old).toBe(1);

    // Put where it belongs, and the other one deleted.
    await page.locator('[data-piece] button').first().click();
    await page.locator('select[name=slot]').selectOption('HALL-02');
    await expect(pieces('HALL-01')).toHaveAttribute('data-count', '1');
    await page.locator('[data-piece] button').first().click();
    await page.getByRole('button', { name: '删除' }).click();
    await expect(pieces('HALL-01')).toHaveAttribute('data-count', '0');
    await go('HALL-02');
    await expect(pieces('HALL-02')).toHaveAttribute('data-count', '1');

    // Several screenshots at once, byte for byte; one that is too large is not scaled but refused.
    const screens = [1, 2, 3].map((n) => makeScreenshot(folder, `screen-${n}.png`, 200, 300));
    await page.locator('input[data-input=screenshot]').setInputFiles(screens);
    await expect(pieces('HALL-02')).toHaveAttribute('data-count', '4');
    await saved(page);
    const kept = await storedHashes(page);
    for (const screen of screens) expect(kept).toContain(sha256(readFileSync(screen)));
    await page.locator('input[data-input=screenshot]').setInputFiles([makeScreenshot(folder, 'huge.png', 1300, 1200)]);
    await expect(page.locator('[data-state=refused]')).toContainText('没有存');
    await expect(pieces('HALL-02')).toHaveAttribute('data-count', '4');
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

// The camera covered the button, and under the page of notes a key reached whatever lay there.
test('an open camera hides at one tap, and nothing under the page of notes is reached', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    const id = await beginFirst(phone, 'sup4');
    const page = phone.page;
    await phone.go(`/field/visit/${id}/item/HALL-09`);
    await page.locator('[data-add=camera] button').click();
    await page.locator('.camera__shutter:enabled').waitFor();
    await page.locator('.camera').getByRole('button', { name: '收起,显示记事页' }).click();
    await expect(page.locator('.plain-notes textarea')).toBeFocused();
    await expect(page.locator('[inert] .camera')).toBeAttached();
    for (let n = 0; n < 6; n += 1) {
      await page.keyboard.press('Tab');
      const outside = await page.evaluate(() => document.activeElement !== document.body && !document.activeElement?.closest('.plain-notes'));
      expect(outside).toBe(false);
    }
    await page.locator('.plain-notes').getByRole('button', { name: '返回' }).click();
    await expect(page.locator('.plain-notes')).toHaveCount(0);
    await expect(page.locator('[inert]')).toHaveCount(0);
    await expect(page.locator('.camera__shutter:enabled')).toBeVisible();
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

// It was counted as taken, and called saved by itself later, while its bytes were thrown away.
test('a photo for which the full disk has no room is not counted, and is said not to be kept', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    const id = await beginFirst(phone, 'sup4');
    const page = phone.page;
    await phone.go(`/field/visit/${id}/item/HALL-09`);
    await page.locator('[data-add=camera] button').click();
    await page.locator('.camera__shutter:enabled').waitFor();
    await page.evaluate(() => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (...all) {
        if (this.name === 'files') throw new DOMException('full', 'QuotaExceededError');
        return put.apply(this, all);
      };
    });
    await page.locator('.camera__shutter:enabled').click();
    await expect(page.locator('[data-shots="0"]')).toContainText('这张没有存下');
    await page.getByRole('button', { name: '完成' }).click();
    await expect(page.locator('[data-evidence="HALL-09"]')).toHaveAttribute('data-count', '0');
    await expect(page.locator('.actionbar [data-state=failed]')).toContainText('重做这一步');
    // What is written has room still.
    await note(page, '没有拍成');
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

// The question stood on the disk until something was chosen: every later start led back to it, perhaps in another hall.
test('a chooser that was cancelled and a camera that was left lead no later start back to their question', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    const id = await beginFirst(phone, 'sup4');
    const page = phone.page;
    const openItem = async (): Promise<void> => {
      await phone.go(`/field/visit/${id}`);
      await page.locator('a[href$="/item/HALL-09"]').click();
      await expect(page.locator('article[data-item="HALL-09"]')).toBeVisible();
    };
    const startsAnew = async (text: string): Promise<void> => {
      // One after another: once this is on the disk, so is that the chooser is gone.
      await note(page, text);
      await phone.go('/field');
      await expect(page.locator('[data-list=today]')).toBeVisible();
      await expect(page).toHaveURL(/\/field$/);
    };

    await openItem();
    const choosing = page.waitForEvent('filechooser');
    await page.locator('[data-add=photo] button').click();
    await choosing;
    await page.locator('input[data-input=photo]').dispatchEvent('cancel');
    await startsAnew('没有选');

    // The way back leaves the item with its camera open.
    await openItem();
    await page.locator('[data-add=camera] button').click();
    await page.locator('.camera__shutter:enabled').waitFor();
    await page.goBack();
    await expect(page.locator('.camera')).toHaveCount(0);
    await page.locator('a[href$="/item/HALL-09"]').click();
    await startsAnew('没有拍');
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

test('a note keeps the focus and the caret while it is saved', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    const id = await beginFirst(phone, 'sup4');
    await phone.go(`/field/visit/${id}/item/HALL-09`);
    const note = phone.page.locator('textarea[name=note]');
    await note.click();
    for (const word of ['二号台席', '工牌反戴', ',已提醒']) {
      await phone.page.keyboard.insertText(word);
      await expect(phone.page.locator('.actionbar [data-state=saved]')).toBeVisible();
      await saved(phone.page);
      await expect(note).toBeFocused();
    }
    await expect(note).toHaveValue('二号台席工牌反戴,已提醒');
    // A tap on another control leaves the page where it is.
    await phone.page.locator('article input[type=radio]').first().check({ force: true });
    await saved(phone.page);
    await expect(note).toHaveValue('二号台席工牌反戴,已提醒');
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

test('nobody is recorded in the hall, and a refused microphone leaves the note', async ({ city }) => {
  const phone = await Phone.take(city.url, { permissions: ['geolocation', 'camera'] });
  try {
    await signIn(phone, 'sup1');
    const id = (await phone.page.locator('[data-task]', { hasText: '东门营业厅' }).getAttribute('data-task')) ?? '';
    await acceptAndArrive(phone, id);
    const page = phone.page;
    await phone.go(`/field/visit/${id}/item/HALL-10`);
    await page.locator('article input[type=radio]').first().check({ force: true });
    await saved(page);
    await expect(page.locator('[data-add=camera]')).toBeVisible();
    await expect(page.locator('[data-add=memo]')).toHaveCount(0);

    // The answers of the scenario are hidden as long as one is there.
    await phone.go(`/field/visit/${id}`);
    await expect(page.locator('[data-answer=hidden]').first()).toBeVisible();
    await leave(phone, id);
    await phone.go(`/field/visit/${id}`);
    await expect(page.locator('[data-answer=shown]').first()).toBeVisible();

    // A low rating wants a memo; where the microphone is refused, twenty characters serve.
    await phone.go(`/field/visit/${id}/item/HALL-10`);
    await expect(page.locator('[data-add=memo]')).toBeVisible();
    await page.locator('[data-add=memo] button').click();
    await page.getByRole('button', { name: '开始口述' }).click();
    await expect(page.getByRole('alert')).toContainText('20 字');
    await page.getByRole('dialog').getByRole('button', { name: '关闭' }).click();
    await page.locator('textarea[name=note]').fill('态度冷淡。');
    await page.keyboard.press('Tab');
    await saved(page);
    await phone.go(`/field/visit/${id}/missing`);
    await expect(page.locator('a[href$="/item/HALL-10"]')).toBeVisible();
    await phone.go(`/field/visit/${id}/item/HALL-10`);
    await page.locator('textarea[name=note]').fill('二号台席全程没有抬头,问两遍才答,答完即低头看手机。');
    await page.keyboard.press('Tab');
    await saved(page);
    await phone.go(`/field/visit/${id}/missing`);
    await expect(page.locator('[data-missing]').first()).toBeVisible();
    await expect(page.locator('a[href$="/item/HALL-10"]')).toHaveCount(0);
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

// The clock went on as if what was said went on being recorded.
test('a memo whose microphone is taken away says so, and keeps what there is', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    const id = await beginFirst(phone, 'sup4');
    await leave(phone, id);
    const page = phone.page;
    await phone.go(`/field/visit/${id}/item/HALL-09`);
    await page.evaluate(() => {
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wish) => {
        const stream = await ask(wish);
        addEventListener('call', () => {
          for (const track of stream.getTracks()) {
            track.stop();
            track.dispatchEvent(new Event('ended'));
          }
        });
        return stream;
      };
    });
    await page.locator('[data-add=memo] button').click();
    await page.getByRole('button', { name: '开始口述' }).click();
    await expect(page.locator('[data-state=recording]')).not.toHaveText('00:00');
    await page.evaluate(() => dispatchEvent(new Event('call')));
    await expect(page.getByRole('alert')).toContainText('录音已中断');
    await expect(page.locator('[data-state=recording]')).toHaveCount(0);
    await expect(page.getByRole('button', { name: '开始口述' })).toBeVisible();
    await expect(page.locator('[data-evidence="HALL-09"]')).toHaveAttribute('data-count', '1');
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

// It stayed open for up to fifteen seconds, until the next slice would have begun.
test('a memo that is done closes the microphone at once, and its last slice is kept', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    const id = await beginFirst(phone, 'sup4');
    await leave(phone, id);
    const page = phone.page;
    await phone.go(`/field/visit/${id}/item/HALL-09`);
    const opened = await page.evaluateHandle(() => {
      const tracks: MediaStreamTrack[] = [];
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wish) => {
        const stream = await ask(wish);
        tracks.push(...stream.getTracks());
        return stream;
      };
      return tracks;
    });
    const states = async (): Promise<string[]> => opened.evaluate((tracks) => tracks.map((track) => track.readyState));
    await page.locator('[data-add=memo] button').click();
    await page.getByRole('button', { name: '开始口述' }).click();
    await expect(page.locator('[data-state=recording]')).not.toHaveText('00:00');
    expect(await states()).toEqual(['live']);
    await page.getByRole('button', { name: '录完了' }).click();
    await expect.poll(states, { timeout: 3_000 }).toEqual(['ended']);
    await expect(page.locator('[data-evidence="HALL-09"]')).toHaveAttribute('data-count', '1');
    await saved(page);
    expect(await storedHashes(page)).toHaveLength(1);
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});
