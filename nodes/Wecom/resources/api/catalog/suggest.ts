import type { CatalogField } from './format';

/** The field somebody meant: another spelling, a slip of the finger, or one that lies deeper; a dotted path. */
export function suggest(name: string, fields: CatalogField[]): string | undefined {
	const names = fields.map((field) => field.name);
	const plain = flat(name);
	const sameLetters = names.find((other) => flat(other) === plain);
	if (sameLetters) return sameLetters;

	const deeper = findDeeper(plain, fields);
	if (deeper) return deeper;

	const near = names
		.map((other) => ({ other, distance: editDistance(plain, flat(other)) }))
		.filter(({ other, distance }) => distance <= Math.max(1, Math.floor(other.length / 3)))
		.sort((a, b) => a.distance - b.distance);
	return near[0]?.other;
}

const flat = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

function findDeeper(plain: string, fields: CatalogField[]): string | undefined {
	for (const { name, type, fields: own } of fields) {
		if (!own || type !== 'object') continue;
		const found = own.find((field) => flat(field.name) === plain)?.name ?? findDeeper(plain, own);
		if (found) return `${name}.${found}`;
	}
	return undefined;
}

/** How many letters to add, drop, replace or swap. */
function editDistance(a: string, b: string): number {
	let before: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, at) => at);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
			const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
		}
		before = last;
		last = row;
	}
	return last[b.length];
}
