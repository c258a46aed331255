import type { IDataObject } from 'n8n-workflow';
import { networkReason } from '../../shared/protocol/errors';
import type { ItemContext } from './operation';
import { problem } from './problem';

const TIMEOUT_MS = 600_000;

export interface LinkedFile {
	data: Buffer;
	headers: IDataObject;
}

/**
 * The file behind a link that WeCom hands out. Such a link needs no token, so neither it nor what it answers stands in an error.
 * `what` begins the message, `todo` says what helps.
 */
export async function downloadLink(
	item: ItemContext,
	{
		url,
		headers = {},
		what,
		todo,
	}: { url: string; headers?: IDataObject; what: string; todo: string },
): Promise<LinkedFile> {
	const failed = (reason: string) =>
		problem(
			item,
			`${what} could not be downloaded (${reason})`,
			`${todo} If it stays, check that the n8n server may open HTTPS connections to WeCom's file servers (firewall, proxy, DNS).`,
		);
	let response: { body: ArrayBuffer; statusCode: number; headers: IDataObject };
	try {
		response = (await item.context.helpers.httpRequest({
			url,
			headers,
			encoding: 'arraybuffer',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			timeout: TIMEOUT_MS,
		})) as typeof response;
	} catch (error) {
		throw failed(networkReason(error) || 'no answer');
	}
	if (response.statusCode !== 200) throw failed(`HTTP ${response.statusCode}`);
	return { data: Buffer.from(response.body), headers: response.headers };
}
