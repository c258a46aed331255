/** The editor loads the descriptions of all nodes: they have budgets. (The packed size is checked by `npm run scan`.) */
import { declaredNodes } from '../../support/declared.cts';
import { DESCRIPTION_BUDGETS, descriptionSizes } from '../../support/description-sizes.cts';

const { operations, ...sizes } = descriptionSizes(
	declaredNodes().map(({ description }) => description),
);

it.each(Object.entries(sizes))('description, %s: %d kB are within the budget', (what, size) => {
	expect(size).toBeGreaterThan(0);
	expect(size).toBeLessThanOrEqual(DESCRIPTION_BUDGETS[what as keyof typeof sizes]);
});

it('counts every operation', () => {
	expect(operations).toBeGreaterThan(250);
});
