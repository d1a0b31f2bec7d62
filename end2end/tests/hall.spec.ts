// From a phone that loses its server and its battery to an accepted visit at HQ.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from '../fixtures/city';
import { Desk } from '../fixtures/desk';
import { makePhotos } from '../fixtures/jpeg';
import { Phone } from '../fixtures/phone';
import { storedHashes } from '../fixtures/stored';
import { acceptAndArrive, addPhotos, answer, drained, missingItems, note, offlineReady, saved, shoot, signIn, taskAt } from '../fixtures/visit';

test('a hall is visited without a server, through two kills, and accepted after mending', async ({ city: server }) => {
  test.setTimeout(600_000);
  const photos = await makePhotos(mkdtempSync(join(tmpdir(), 'mc-photos-')), 12);
  const phone = await Phone.take(server.url);
  try {
    await signIn(phone, 'sup1');
    await offlineReady(phone);
    const id = await taskAt(phone.page, '东门营业厅');

    // The server is gone, the browser is closed and opened again, at an address that it never saw.
    await server.down('SIGKILL');
    await phone.close();
    await phone.open();
    await acceptAndArrive(phone, id);

    // Half of the list, then the battery falls out; the other half, then again.
    const codes = Array.from({ length: 15 }, (_, n) => `HALL-${String(n + 1).padStart(2, '0')}`);
    let used = 0;
    let shot = 0;
    for (const [n, code] of codes.entries()) {
      await phone.go(`/field/visit/${id}/item/${code}`);
      await answer(phone.page, code);
      const needs = await phone.page.locator(`[data-evidence="${code}"]`).textContent();
      if (needs?.includes('必需') && !needs.includes('不合格时必需') && used < 6) {
        await addPhotos(phone.page, code, [photos[used] ?? '']);
        used += 1;
      }
      // Two more by the page's own camera: one before each of the kills.
      if (n === 1 || n === 7) {
        await shoot(phone.page, code, n);
        shot += 1;
      }
      if (n === 4 || n === 10) {
        await phone.kill();
        await phone.open();
        await phone.go(`/field/visit/${id}/item/${code}`);
        await expect(phone.page.locator(`article[data-item="${code}"]`)).toHaveAttribute('data-state', 'answered');
      }
    }
    await phone.go(`/field/visit/${id}`);
    await phone.page.getByRole('button', { name: '离场' }).click();
    await expect(phone.page.locator('textarea[name=overall]')).toBeVisible();
    await phone.page.fill('textarea[name=overall]', '门头完好,营业时间与公示一致。进门有引导,取号机可用,等候区座椅够用。'.repeat(4));
    await phone.page.keyboard.press('Tab');
    await saved(phone.page);

    // What is still missing is said, and mended where it is said.
    await phone.go(`/field/visit/${id}/missing`);
    for (const code of await missingItems(phone.page)) {
      await phone.go(`/field/visit/${id}/item/${code}`);
      await expect(phone.page.locator(`article[data-item="${code}"]`)).toBeVisible();
      const memo = phone.page.locator(`[data-evidence="${code}"] [data-add=photo], [data-evidence="${code}"] [data-add=screenshot]`);
      if ((await memo.count()) > 0) {
        await addPhotos(phone.page, code, [photos[used % photos.length] ?? '']);
        used += 1;
      }
      await note(phone.page, '现场核对:答复与公布一致,讲清了资费、合约期和违约,没有搭售。');
    }
    await phone.go(`/field/visit/${id}/missing`);
    await expect(phone.page.locator('[data-missing="0"]')).toBeVisible();
    await phone.page.locator('[data-submit=yes] button').click();
    await expect(phone.page.locator('[data-stage=handed-in]')).toBeVisible();

    // The server is back: it drains by itself.
    await server.up();
    await phone.go('/field/sync');
    await drained(phone.page);
    await phone.go(`/field/visit/${id}`);
    await expect(phone.page.locator('[data-stage=received]')).toBeVisible();
    await expect(phone.page.locator('[data-receipt]')).toBeVisible();
    const kept = await storedHashes(phone.page);
    expect(shot).toBe(2);
    expect(used).toBeGreaterThanOrEqual(6);
    expect(kept).toHaveLength(used + shot);

    // HQ sees one visit with every piece, byte for byte what the phone keeps.
    const desk = await Desk.sit(server.url, 'reviewer');
    await desk.go('/hq/visits?state=received&q=%E4%B8%9C%E9%97%A8');
    await expect(desk.page.locator('a[data-row]')).toHaveCount(1);
    await desk.page.locator('a[data-row]').click();
    await expect(desk.page.locator('[data-visit]')).toHaveAttribute('data-state', 'received');
    await expect(desk.page.locator('[data-list=evidence] img')).toHaveCount(used + shot);
    const visit = desk.page.url();
    expect(await desk.evidenceHashes()).toEqual(kept);

    // It is given back, and the phone mends it offline.
    await desk.alive();
    await desk.page.getByRole('link', { name: '退回补正' }).click();
    // A reason for the whole, and one for each of two items.
    const why = { '': '请在总体印象里写明时段', 'HALL-01': '门头照看不清厅名,请补拍', 'HALL-08': '请写明是谁答复的' };
    for (const [code, reason] of Object.entries(why)) {
      await desk.page.locator(`[data-give="${code}"] summary`).click();
      await desk.page.locator(`[data-give="${code}"] textarea`).fill(reason);
    }
    await desk.page.locator('[data-decision] button[type=submit]').click();
    // Ten seconds in which it can be taken back, by the page's own clock.
    await expect(desk.page.locator('[data-pending="1"]')).toBeAttached();
    await expect(desk.page.locator('[data-visit]')).toHaveAttribute('data-state', 'returned', { timeout: 20_000 });

    await phone.go('/field/sync');
    await phone.page.getByRole('button', { name: '立即同步' }).click();
    await phone.go(`/field/visit/${id}`);
    await expect(phone.page.locator('[data-stage=returned]')).toBeVisible({ timeout: 30_000 });
    await server.down();
    await phone.go(`/field/visit/${id}/item/HALL-01`);
    await expect(phone.page.locator('[data-returned=reason]')).toHaveText(why['HALL-01']);
    await addPhotos(phone.page, 'HALL-01', [photos[11] ?? '']);
    // Why it came back is said until it is handed in again: where it is mended, and where one says that it is.
    await expect(phone.page.locator('[data-returned=reason]')).toHaveText(why['HALL-01']);
    await phone.go(`/field/visit/${id}/item/HALL-08`);
    await note(phone.page, '二号台席营业员答复,说明了办理时限。');
    await phone.go(`/field/visit/${id}/debrief`);
    await expect(phone.page.locator('[data-returned=reason]')).toHaveText(why['']);
    await phone.page.fill('textarea[name=suggestion]', '工作日上午十点到十点半。');
    await phone.page.keyboard.press('Tab');
    await saved(phone.page);
    for (const screen of ['', '/missing']) {
      await phone.go(`/field/visit/${id}${screen}`);
      await expect(phone.page.locator('[data-list=returned] .jump__title')).toHaveText(Object.values(why));
    }
    await phone.page.locator('[data-submit=yes] button').click();
    await expect(phone.page.locator('[data-stage=handed-in]')).toBeVisible();
    await expect(phone.page.locator('[data-list=returned]')).toHaveCount(0);
    await server.up();
    await phone.go('/field/sync');
    await drained(phone.page);

    // The server counts a file a moment after it has told the phone that it has it.
    await expect(async () => {
      await desk.page.goto(visit);
      await expect(desk.page.getByRole('link', { name: '通过' })).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    await expect(desk.page.locator('[data-visit]')).toHaveAttribute('data-state', 'received');
    await expect(desk.page.locator('[data-item=HALL-01] ins.now')).toBeVisible();
    // Of what was mended the note alone is another one: it, and not the answer, is told apart.
    await expect(desk.page.locator('[data-item=HALL-08] ins.now')).toHaveText('二号台席营业员答复,说明了办理时限。');
    await desk.alive();
    await desk.page.getByRole('link', { name: '通过' }).click();
    await expect(desk.page.locator('[data-visit]')).toHaveAttribute('data-state', 'accepted', { timeout: 20_000 });
    desk.expectNoViolations();
    phone.expectNoViolations();
    await desk.leave();
  } finally {
    await phone.remove();
  }
});
