import type { IDataObject } from 'n8n-workflow';
import { getList } from '../../engine/runRow';
import { ids, locator } from '../../engine/fields';
import type { Field, ItemContext } from '../../engine/operation';
import { collectParameters } from '../../engine/parameters';

/** Fields that the resources on customers share. */

const customerLocator = (list: string, overrides: Partial<Field> = {}): Field =>
	locator('external_userid', 'Customer', list, 'e.g. wmqfasd1e19278', {
		description: 'The customer, by name or by external user ID',
		...overrides,
	});

export const customerPicker = customerLocator('searchCustomers');

/** The customer of the member chosen above it. */
export const customerOfMemberPicker = customerLocator('searchMemberCustomers', {
	typeOptions: { loadOptionsDependsOn: ['userid.value'] },
});

export const serviceAccountPicker = locator(
	'open_kfid',
	'Account',
	'searchServiceAccounts',
	'e.g. wkAJ2GCAAASSm4',
	{ description: 'The customer service account, by name or by ID' },
);

export const memberIds = (name: string, most: number, overrides: Partial<Field> = {}): Field =>
	ids(name, 'Member Names or IDs', 'getMembers', most, overrides);

export const departmentIds = (name: string, most: number, overrides: Partial<Field> = {}): Field =>
	ids(name, 'Department Names or IDs', 'getDepartments', most, {
		convert: 'integerList',
		...overrides,
	});

export const corpTagIds = (name: string, displayName: string): Field =>
	ids(name, displayName, 'getCorpTags', 100, { typeOptions: { loadOptionsMethod: 'getCorpTags' } });

/** For endpoints that answer with plain IDs: an item for each, under a name. */
export const listIds =
	(name: string) =>
	async (item: ItemContext): Promise<IDataObject[]> =>
		(await getList(item, collectParameters(item))).map(({ value }) => ({ [name]: value }));
