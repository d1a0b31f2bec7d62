// Browsers in which the app does not start by half: it says why, and what to do.

import { expect, test } from '../fixtures/city';
import { Phone } from '../fixtures/phone';
import { signIn } from '../fixtures/visit';

const WECHAT =
  'Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.188 Mobile Safari/537.36 MicroMessenger/8.0.50.2701 NetType/WIFI Language/zh_CN';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

test('WeChat leads to the system browser, and copies the link', async ({ city }) => {
  const phone = await Phone.take(city.url, { userAgent: WECHAT });
  try {
    await phone.go('/field/visits');
    await expect(phone.page.locator('[data-state=rescue-wechat]')).toBeVisible();
    await expect(phone.page.locator('input')).toHaveCount(0);
    await phone.page.getByRole('button', { name: '复制链接' }).click();
    await expect(phone.page.getByRole('status')).toHaveText('已复制');
    expect(await phone.page.evaluate(() => navigator.clipboard.readText())).toBe(`${city.url}/field/visits`);
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

test('plain http to another machine says why nothing is kept', async ({ city }) => {
  const phone = await Phone.take(city.url, { flags: ['--host-resolver-rules=MAP hall.test 127.0.0.1'] });
  try {
    await phone.page.goto(`http://hall.test:${city.port}/field`);
    await expect(phone.page.locator('[data-state=rescue-insecure]')).toContainText('https');
    await expect(phone.page.locator('input')).toHaveCount(0);
  } finally {
    await phone.remove();
  }
});

test('a tab of iOS reads and explains, and begins no visit', async ({ city }) => {
  const phone = await Phone.take(city.url, { userAgent: IPHONE });
  try {
    await signIn(phone, 'sup4').catch(() => undefined);
    await expect(phone.page.locator('[data-state=ios-tab]')).toContainText('添加到主屏幕');
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});
