import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';
import { companiesOf, SUITE_CREDENTIAL } from '../credentials/suiteState';

/** Choosing the company a suite acts for: the same in every node. */

const PAGE = 100;

export interface ListChoice {
	name: string;
	value: string;
}

/** The company whose token a call takes, and the code to get it with where the credential does not store the company. */
export const companyProperties: INodeProperties[] = [
	{
		displayName: 'Act as Company',
		name: 'actAsCompany',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		required: true,
		description: 'The company that authorized the suite, by name or by Corp ID',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchCompanies', searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. ww1234567890abcdef',
			},
		],
	},
	{
		displayName: 'Permanent Code',
		name: 'permanentCode',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description: 'Only for a company that the credential does not store',
	},
];

/** The companies stored in the suite credential, read without a request. */
export async function searchCompanies(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const companies = companiesOf(await this.getCredentials(SUITE_CREDENTIAL));
	const all = Object.entries(companies).map(([value, { name }]) => ({
		name: name ? `${name} (${value})` : value,
		value,
	}));
	return pageOf(all.sort(byName), filter, paginationToken);
}

/** The part of a list that a picker shows: what has the typed words in its name, or has them as its ID. */
export function pageOf(
	all: ListChoice[],
	filter: string,
	paginationToken?: string,
): INodeListSearchResult {
	const wanted = filter.trim().toLowerCase();
	const found = all.filter(
		({ name, value }) => name.toLowerCase().includes(wanted) || value.toLowerCase() === wanted,
	);
	const start = Number(paginationToken ?? 0);
	return {
		results: found.slice(start, start + PAGE),
		paginationToken: start + PAGE < found.length ? String(start + PAGE) : undefined,
	};
}

export const byName = (a: ListChoice, b: ListChoice) => a.name.localeCompare(b.name, 'en');
