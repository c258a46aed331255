import type { IDataObject } from 'n8n-workflow';
import type { ApiRequest } from '../../shared/client/client';
import { collect } from '../../shared/client/paging';
import type { Operation, ItemContext, Output } from './operation';
import { keepFields, toItem } from './output';
import { collectParameters } from './parameters';

const AT_ONCE = 8;

/** Carries out a row that is one call: form values in, reply out, as the row says. */
export async function runRow(item: ItemContext): Promise<Output> {
	const { operation, client, itemIndex } = item;
	const sent = collectParameters(item);
	operation.check?.(item, sent);
	if (operation.list) {
		const entries = await getList(item, sent);
		return entries.length > 0 || readsOnly(operation) ? entries : { success: true };
	}

	const reply = await client.call(toRequest(operation, sent), itemIndex);
	const { warning, ...data } = toItem(reply);
	const answer = operation.pick ? ((reply[operation.pick] ?? {}) as IDataObject) : data;
	const own =
		operation.returns?.(sent) ?? (Object.keys(answer).length === 0 ? { success: true } : {});
	return { ...own, ...simplified(item, answer), ...(warning ? { warning } : {}) };
}

/** Whether repeating the operation changes nothing. */
export const readsOnly = ({ reads, endpoint }: Operation): boolean =>
	reads ?? endpoint?.[0] === 'GET';

/** How many results are wanted: Infinity with 'Return All', and where the row says so. */
export function wantedCount({ operation, get }: ItemContext): number {
	return operation.whole || get<boolean>('returnAll', false) ? Infinity : get<number>('limit', 50);
}

/** Handles several things side by side, eight at a time; the results stand in the given order. */
export async function eachAtOnce<T, R>(list: T[], handle: (one: T) => Promise<R>): Promise<R[]> {
	const results: R[] = [];
	for (let start = 0; start < list.length; start += AT_ONCE) {
		results.push(...(await Promise.all(list.slice(start, start + AT_ONCE).map(handle))));
	}
	return results;
}

/** Applies 'Simplify' where the operation offers it. */
export function simplified({ operation, get }: ItemContext, data: IDataObject): IDataObject {
	return Array.isArray(operation.simplify) && get<boolean>('simplify', true)
		? keepFields(data, operation.simplify)
		: data;
}

export function toRequest(operation: Operation, sent: IDataObject): ApiRequest {
	const [method, path] = operation.endpoint!;
	const repeatable = readsOnly(operation);
	return method === 'GET'
		? { method, path, qs: sent, repeatable }
		: { method, path, body: sent, repeatable };
}

/** The entries of the operation's list, over as many pages as are wanted. */
export async function getList(item: ItemContext, sent: IDataObject): Promise<IDataObject[]> {
	const { operation, client, itemIndex } = item;
	const fetch = async (page: IDataObject) =>
		await client.call(toRequest(operation, { ...sent, ...page }), itemIndex);
	const entries = await collect(fetch, operation.list!, operation.paging, wantedCount(item));
	return entries.map((entry) => simplified(item, entry));
}
