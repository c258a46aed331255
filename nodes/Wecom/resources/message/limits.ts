import type { IDataObject } from 'n8n-workflow';
import { byteLength } from '../../../shared/util/text';
import type { ItemContext } from '../../engine/operation';
import { problem } from '../../engine/problem';

/** How long texts may be: WeCom cuts off what is longer, and says nothing. */

export type LengthUnit = 'bytes' | 'characters';
export type LengthLimit = [field: string, label: string, most: number, unit: LengthUnit];

const SIZE: Record<LengthUnit, (text: string) => number> = {
	bytes: byteLength,
	characters: (text) => [...text].length,
};

/** Refuses texts that WeCom would cut, by the label of their field; `where` stands before it. */
export function checkLengths(
	item: ItemContext,
	values: IDataObject,
	limits: LengthLimit[],
	{ where = '', todo = 'Shorten it: WeCom would cut off the rest.' } = {},
): void {
	for (const [field, label, most, unit] of limits) {
		const size = SIZE[unit](String(values[field] ?? ''));
		if (size <= most) continue;
		throw problem(
			item,
			`${where}'${label}' has ${size.toLocaleString('en')} ${unit === 'bytes' ? 'bytes' : 'characters'}, WeCom takes ${most.toLocaleString('en')}`,
			todo,
		);
	}
}
