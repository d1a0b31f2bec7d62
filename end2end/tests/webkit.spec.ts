// The other engine: a phone that runs WebKit signs in, loses its server, answers, is killed and finds everything.

import { expect, test } from '../fixtures/city';
import { WebKit, webkitMissing } from '../fixtures/webdriver';

test('WebKit keeps the app and an answer through a lost server and a kill', async ({ city }) => {
  const missing = webkitMissing();
  if (missing) console.log(`WebKitGTK is skipped: ${missing}`);
  test.skip(missing !== '', missing);
  test.setTimeout(300_000);
  const browser = await WebKit.start();
  try {
    await browser.go(`${city.url}/field`);
    await browser.type('input[name=login]', 'sup7');
    await browser.type('input[name=password]', 'mingcha-demo');
    await browser.click('form button[type=submit]');
    await browser.wait('[data-offline-ready=yes]');
    // One that no other phone of this person has begun.
    const id = await browser.run<string>("return document.querySelector('[data-stage=offered], [data-stage=ready]').dataset.task");

    // The server is gone: the app still opens, at an address that was never seen.
    await city.down();
    await browser.go(`${city.url}/field/visit/${id}`);
    await browser.see('[data-stage]');
    const stage = await browser.run<string>("return document.querySelector('[data-stage]').dataset.stage");
    expect(['offered', 'ready']).toContain(stage);
    if (stage === 'offered') await browser.click('.actionbar button');
    await browser.wait('[data-stage=ready]');
    await browser.click('.actionbar button');
    await browser.wait('[data-stage=on-site]');
    await browser.go(`${city.url}/field/visit/${id}/item/HALL-04`);
    await browser.see('article[data-item=HALL-04]');
    // Left in the middle of a write, again and again: a page that WebKit sets aside must not stand in the way.
    for (let n = 0; n < 6; n += 1) {
      await browser.run(`document.querySelectorAll('article input[type=radio]')[${n % 2}].click()`);
      await browser.go(`${city.url}/field/visit/${id}/item/HALL-04`);
      await browser.see('article[data-item=HALL-04]');
    }
    await browser.run("document.querySelector('article input[type=radio]:not(:checked)').click()");
    await browser.wait('article[data-state=answered]');
    await browser.wait('.actionbar [data-state=saved]');

    browser.kill();
    await browser.open();
    await browser.go(`${city.url}/field/visit/${id}/item/HALL-04`);
    await browser.wait('article[data-item=HALL-04][data-state=answered]');

    // And with the server back it goes up.
    await city.up();
    await browser.go(`${city.url}/field/sync`);
    await browser.click('.actionbar button');
    await browser.wait('[data-waiting="0"][data-sync=idle]');
  } finally {
    await browser.stop();
    await city.up();
  }
});
