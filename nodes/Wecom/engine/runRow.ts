import type { IDataObject } from 'n8n-workflow';
import type { ApiRequest } from '../../shared/client/request';
import { collect } from '../../shared/client/paging';
import { blocksOf } from './blocks';
import { toInteger } from './convert';
import { limit } from './fields';
import type { Operation, ItemContext, Output } from './operation';
import { keepFields, replyItem, toListItem } from './output';
import { collectParameters } from './parameters';

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
	const { warning, ...data } = replyItem(reply);
	const answer = operation.pick ? ((reply[operation.pick] ?? {}) as IDataObject) : data;
	const own =
		operation.returns?.(sent) ?? (Object.keys(answer).length === 0 ? { success: true } : {});
	return { ...own, ...simplified(item, answer), ...(warning ? { warning } : {}) };
}

/** Whether repeating the operation changes nothing. */
export const readsOnly = ({ reads, endpoint }: Operation): boolean =>
	reads ?? endpoint?.[0] === 'GET';

/** How many results are wanted: Infinity with 'Return All', and where the row says so. */
export function wantedCount(item: ItemContext): number {
	const { operation, get } = item;
	if (operation.whole || get<boolean>('returnAll', false)) return Infinity;
	return toInteger(item, limit, get<number>('limit', Number(limit.default)));
}

/** Applies 'Simplify' where the operation offers it. */
export function simplified({ operation, get }: ItemContext, data: IDataObject): IDataObject {
	return Array.isArray(operation.simplify) && get<boolean>('simplify', true)
		? keepFields(data, [...operation.simplify, 'warning'])
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
	const wanted = wantedCount(item);
	const entries: IDataObject[] = [];
	for (const block of blocksOf(operation.blocks, sent)) {
		const fetch = async (page: IDataObject) =>
			await client.call(toRequest(operation, { ...block, ...page }), itemIndex);
		const missing = wanted - entries.length;
		const found = await collect(fetch, operation.list!, operation.paging, missing);
		for (const entry of found) entries.push(entry);
		if (entries.length >= wanted) break;
	}
	return entries.map((entry) => simplified(item, toListItem(entry)));
}
