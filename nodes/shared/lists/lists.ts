import {
	isResourceLocatorValue,
	NodeOperationError,
	type IDataObject,
	type ILoadOptionsFunctions,
	type INodeListSearchResult,
	type NodeApiError,
} from 'n8n-workflow';
import { WecomClient } from '../client/client';
import type { ApiRequest } from '../client/request';
import { collect, type Paging } from '../client/paging';
import { reasoned } from '../companies/reasonedOptions';
import { byName, pageOf, type ListChoice } from '../companies/companyPicker';

/**
 * The lists behind the pickers: `search<Name>` for resource locators, `get<Name>` for multiple choices. Each is kept for some
 * seconds, so that typing a name does not fetch it again and again.
 */

const KEEP_MS = 20_000;

/** Reads another form value, for lists that depend on it, such as the sheets of a document. */
export type FormValue = (name: string) => string;

export interface List {
	/** Form values the list depends on. */
	depends?: string[];
	fetch(client: WecomClient, form: FormValue): Promise<ListChoice[]>;
}

const kept = new Map<string, { until: number; choices: Promise<ListChoice[]> }>();

/** A list that one endpoint gives: where it is in the reply, and which fields are its ID and its name. */
export const listOf = (
	request: ApiRequest,
	path: string,
	[value, name]: [string, string],
	paging?: Paging,
): List => ({
	async fetch(client) {
		const found = await entries(client, request, path, paging);
		return found.map((entry) => choice(entry[value], entry[name])).sort(byName);
	},
});

const choice = (value: unknown, name: unknown): ListChoice => ({
	name: String(name || value),
	value: String(value),
});

/** How many entries a list has at most: no person looks through more, and the field takes an ID as well. */
const MOST_ENTRIES = 5_000;

export async function entries(
	client: WecomClient,
	request: ApiRequest,
	list: string,
	paging?: Paging,
): Promise<IDataObject[]> {
	const fetch = async (page: IDataObject) =>
		await client.call(
			request.method === 'GET'
				? { ...request, qs: { ...request.qs, ...page } }
				: { ...request, body: { ...(request.body as IDataObject), ...page }, repeatable: true },
		);
	return await collect(fetch, list, paging, MOST_ENTRIES);
}

export const get = (path: string, qs: IDataObject = {}): ApiRequest => ({
	method: 'GET',
	path,
	qs,
});

export const post = (path: string, body: IDataObject = {}): ApiRequest => ({
	method: 'POST',
	path,
	body,
});

async function choices(
	context: ILoadOptionsFunctions,
	name: string,
	{ depends = [], fetch }: List,
): Promise<ListChoice[]> {
	const form = (field: string) => {
		// n8n's own way to read a locator fails for a field that the form does not show.
		const value = context.getCurrentNodeParameter(field);
		return String((isResourceLocatorValue(value) ? value.value : value) ?? '');
	};
	if (form('authentication') === 'suite' && !form('actAsCompany')) {
		throw new NodeOperationError(context.getNode(), 'No company is chosen', {
			description: "Choose one under 'Act as Company' first: this list is read from it.",
		});
	}
	const client = await WecomClient.open(context);
	const key = JSON.stringify([name, client.identity, ...depends.map(form)]);
	for (const [old, { until }] of kept) if (until < Date.now()) kept.delete(old);
	const known = kept.get(key);
	if (known) return await known.choices;
	const fetched = fetch(client, form);
	kept.set(key, { until: Date.now() + KEEP_MS, choices: fetched });
	fetched.catch(() => kept.delete(key));
	return await fetched;
}

/** The methods that n8n calls for the pickers of a table of lists. */
export function listMethods(lists: Record<string, List>) {
	const methods = <T>(prefix: string, make: (name: string, list: List) => T): Record<string, T> =>
		Object.fromEntries(
			Object.entries(lists).map(([name, list]) => [`${prefix}${name}`, make(name, list)]),
		);
	return { listSearch: methods('search', search), loadOptions: methods('get', options) };
}

const search = (name: string, list: List) =>
	async function (
		this: ILoadOptionsFunctions,
		filter = '',
		paginationToken?: string,
	): Promise<INodeListSearchResult> {
		try {
			return pageOf(await choices(this, name, list), filter, paginationToken);
		} catch (error) {
			// The editor shows only the message of an error, so what to do goes into it.
			const { message, description = '' } = error as NodeApiError;
			const todo = String(description ?? '').split(/ (?:WeCom said|More|Hint ID[^:]*): /)[0];
			throw new NodeOperationError(this.getNode(), [message, todo].filter(Boolean).join('. '));
		}
	};

const options = (name: string, list: List) =>
	reasoned(async function () {
		return await choices(this, name, list);
	});
