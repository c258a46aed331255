import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';
import { describeErrcode, describeUnreachable } from '../protocol/errors';
import { parseReply } from '../protocol/reply';
import { BotFailure } from './errors';

const TIMEOUT_MS = 30_000;
const HELP = 'Check that the n8n server may open HTTPS connections to it.';

/**
 * Sends a message to the `response_url` of another one: one call within an hour, without any token (doc 101138). Throws a
 * `BotFailure` without the address in it, since that lets anybody reply.
 */
export async function sendToResponseUrl(
	request: (options: IHttpRequestOptions) => Promise<unknown>,
	url: string,
	body: IDataObject,
): Promise<void> {
	const options: IHttpRequestOptions = {
		...{ method: 'POST', url, body, json: true },
		timeout: TIMEOUT_MS,
	};
	const answer = await request(options).catch(async (error: unknown) => {
		const { message } = describeUnreachable(hostOf(url), error);
		return await Promise.reject(new BotFailure(message, HELP));
	});
	const reply = parseReply(answer) ?? {};
	if (!reply.errcode) return;
	const { message, description } = await describeErrcode(reply);
	throw new BotFailure(
		message,
		`The response_url of a message takes one reply within an hour. ${description}`,
		Number(reply.errcode),
	);
}

const hostOf = (url: string): string => /^https?:\/\/[^/?#]+/i.exec(url)?.[0] ?? 'the response_url';
