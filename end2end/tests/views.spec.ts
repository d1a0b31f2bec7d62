// What stands in the page stays where it is while what it shows changes, and nothing of one screen acts on the next.

import type { Locator } from '@playwright/test';

import { expect, test } from '../fixtures/city';
import { Phone } from '../fixtures/phone';
import { acceptAndArrive, saved, signIn } from '../fixtures/visit';

/** Marks the very element, so that another in its place is known. */
async function mark(element: Locator): Promise<void> {
  await element.evaluate((node) => ((node as HTMLElement & { marked?: boolean }).marked = true));
}

async function isMarked(element: Locator): Promise<boolean> {
  return element.evaluate((node) => (node as HTMLElement & { marked?: boolean }).marked === true);
}

/** A task on which nothing was done yet, with the checklist whose items are cited so. */
async function untouched(phone: Phone, list: string): Promise<string> {
  const tasks = phone.page.locator('[data-task]:is([data-stage=offered], [data-stage=ready])');
  await expect(tasks.first()).toBeVisible();
  for (const id of await tasks.evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.task ?? ''))) {
    await phone.go(`/field/visit/${id}`);
    const first = await phone.page.locator('.jump__row .jump__end').first().textContent();
    if (first?.startsWith(list)) return id;
  }
  throw new Error(`there is no new task with ${list}`);
}

test('elements stay in the page while what they show changes, and listeners go with their view', async ({ city }) => {
  test.setTimeout(600_000);
  const phone = await Phone.take(city.url);
  try {
    await signIn(phone, 'sup4');
    const { page } = phone;
    const id = await untouched(phone, 'HALL');
    await acceptAndArrive(phone, id);
    const go = async (code: string): Promise<void> => {
      await phone.go(`/field/visit/${id}/item/${code}`);
      await expect(page.locator(`article[data-item="${code}"]`)).toBeVisible();
    };

    // The button of a stopwatch becomes another button: whoever works with keys stays on it.
    await go('HALL-07');
    const watch = page.locator('.stopwatch').first();
    const button = watch.getByRole('button');
    await mark(button);
    await button.focus();
    await page.keyboard.press('Enter');
    await expect(watch).toHaveAttribute('data-state', 'running');
    await expect(watch.getByRole('timer')).not.toHaveText(/0:00$/);
    await expect(button).toHaveText('停');
    await expect(button).toBeFocused();
    expect(await isMarked(button)).toBe(true);
    await page.keyboard.press('Enter');
    await expect(watch).toHaveAttribute('data-state', 'stopped');
    await expect(button).toHaveText('重新计时');
    await expect(button).toBeFocused();
    await saved(page);

    // The inputs of a choice and the note are the same after every answer; a list of text grows beside them.
    await go('HALL-09');
    const note = page.locator('textarea[name=note]');
    const first = page.locator('article .item__control input[type=radio]').first();
    const last = page.locator('article .item__control input[type=radio]').last();
    for (const element of [note, first, last]) await mark(element);
    for (const choice of [last, first, last]) {
      await choice.check({ force: true });
      await saved(page);
      await expect(choice).toBeChecked();
    }
    await note.fill('九号');
    await saved(page);
    for (const element of [note, first, last]) expect(await isMarked(element)).toBe(true);

    // From one item to the next within the app: what is typed there is not heard here.
    await page.getByRole('link', { name: '下一条' }).or(page.getByRole('button', { name: '下一条' })).click();
    await expect(page.locator('article[data-item="HALL-10"]')).toBeVisible();
    await expect(note).toHaveValue('');
    await note.fill('十号');
    await saved(page);
    await page.getByRole('link', { name: '上一条' }).or(page.getByRole('button', { name: '上一条' })).click();
    await expect(page.locator('article[data-item="HALL-09"]')).toBeVisible();
    await expect(note).toHaveValue('九号');
    await expect(last).toBeChecked();

    // Another screen is another: nothing of the one is left.
    await mark(page.locator('main').first());
    await page.goBack();
    await page.goBack();
    await phone.go('/field/me');
    expect(await isMarked(page.locator('main').first())).toBe(false);
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

// Emptied, a value in the middle was taken away under the finger a moment later: what was typed next went into its neighbour.
test('a measurement that is emptied keeps its row, and takes what is typed next', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    await signIn(phone, 'sup1');
    const { page } = phone;
    const id = await untouched(phone, 'NET');
    await acceptAndArrive(phone, id);
    const go = async (): Promise<void> => {
      await phone.go(`/field/visit/${id}/item/NET-07`);
      await expect(page.locator('article[data-item="NET-07"]')).toBeVisible();
    };
    const row = (place: number): Locator => page.locator(`[data-place="${place}"] input`);
    const values = async (): Promise<string[]> => page.locator('[data-place] input').evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));

    await go();
    await page.locator('input[type=radio][name$="-variant"]').first().check({ force: true });
    for (const [place, value] of ['10', '20', '30'].entries()) {
      await row(place).fill(value);
      await expect(page.locator('.actionbar [data-state=saved]')).toBeVisible();
      await saved(page);
    }
    await row(1).fill('');
    await saved(page);
    expect(await values()).toEqual(['10', '', '30']);
    await row(1).pressSequentially('25');
    await saved(page);
    expect(await values()).toEqual(['10', '25', '30']);

    // What was left empty is no measurement: where one comes back to it, the others have moved up.
    await row(1).fill('');
    await saved(page);
    await go();
    await expect.poll(values).toEqual(['10', '30', '']);
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});
