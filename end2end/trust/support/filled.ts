// A visit to a hall, filled in to the last item.

import { expect } from '@playwright/test';

import type { Phone } from '../../fixtures/phone';
import { acceptAndArrive, addPhotos, answer, leave, missingItems, note, saved } from '../../fixtures/visit';

/** Does all of a visit but hand it in; gives how many of the photos it took. */
export async function fillIn(phone: Phone, visit: string, codes: string[], photos: string[]): Promise<number> {
  await acceptAndArrive(phone, visit);
  return fillUp(phone, visit, codes, photos);
}

/** What is left of that where the visit is under way; `left`: the hall was left already. */
export async function fillUp(phone: Phone, visit: string, codes: string[], photos: string[], left = false): Promise<number> {
  const page = phone.page;
  let used = 0;
  const shoot = async (code: string): Promise<void> => {
    await addPhotos(page, code, [photos[used % photos.length] ?? '']);
    used += 1;
  };
  for (const code of codes) {
    await phone.go(`/field/visit/${visit}/item/${code}`);
    await answer(page, code);
    const needs = await page.locator(`[data-evidence="${code}"]`).textContent();
    if (needs?.includes('必需') && !needs.includes('不合格时必需')) await shoot(code);
  }
  if (left) await phone.go(`/field/visit/${visit}/debrief`);
  else await leave(phone, visit);
  await page.fill('textarea[name=overall]', '门头完好,营业时间与公示一致。进门有引导,取号机可用,等候区座椅够用。'.repeat(4));
  await page.keyboard.press('Tab');
  await saved(page);
  await phone.go(`/field/visit/${visit}/missing`);
  for (const code of await missingItems(page)) {
    await phone.go(`/field/visit/${visit}/item/${code}`);
    await expect(page.locator(`article[data-item="${code}"]`)).toBeVisible();
    const pictures = page.locator(`[data-evidence="${code}"] [data-add=photo], [data-evidence="${code}"] [data-add=screenshot]`);
    if ((await pictures.count()) > 0) await shoot(code);
    await note(page, '现场核对:答复与公布一致,讲清了资费、合约期和违约,没有搭售。');
  }
  await phone.go(`/field/visit/${visit}/missing`);
  await expect(page.locator('[data-submit=yes]')).toBeVisible();
  return used;
}
