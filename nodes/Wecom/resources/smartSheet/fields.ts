import { addressed, locator } from '../../engine/fields';
import type { Field } from '../../engine/operation';

/** The sheet of a document, and the form of its columns. */

const LISTED = locator('sheet_id', 'Sheet', 'searchSheets', '');
const ADDRESSED = addressed(
	'sheet_id',
	'Sheet',
	'The sheet, by name, by its address in the browser, or by ID',
	[
		String.raw`[?&]tab=([\w-]+)`,
		'e.g. https://doc.weixin.qq.com/smartsheet/s3_AbCd?tab=q979lj',
		'e.g. q979lj',
	],
);

export const sheet = (overrides: Partial<Field> = {}): Field => ({
	...ADDRESSED,
	default: LISTED.default,
	modes: [LISTED.modes![0], ...ADDRESSED.modes!],
	...overrides,
});

/** A new record is shown with all its columns; of a record that exists, those that are not to change stay out of the form. */
export const columns = (mode: 'add' | 'update' | 'upsert'): Field => ({
	displayName: 'Columns',
	name: 'columns',
	type: 'resourceMapper',
	noDataExpression: true,
	default: { mappingMode: 'defineBelow', value: null },
	description: 'Several options or user IDs with commas between them',
	displayOptions: { hide: { docid: [''], sheet_id: [''] } },
	local: true,
	typeOptions: {
		loadOptionsDependsOn: ['docid.value', 'sheet_id.value'],
		resourceMapper: {
			resourceMapperMethod: 'getSmartSheetColumns',
			// The record that "update" changes is named by its ID, not by a column.
			mode: mode === 'upsert' ? mode : 'add',
			fieldWords: { singular: 'column', plural: 'columns' },
			addAllFields: mode !== 'update',
			supportAutoMap: true,
		},
	},
});
