import { describeUnreachable, networkCode } from '../protocol/errors';

/** What can go wrong on the long connection of an AI bot: `message` says what happened, `description` what to do next. */
export class BotFailure extends Error {
	constructor(
		message: string,
		readonly description: string,
		readonly errcode?: number,
		/** Whether the connection broke before the answer: what WeCom did with the frame is then unknown. */
		readonly brokenOff = false,
	) {
		super(message);
		this.name = 'BotFailure';
	}
}

const RETRIES = 'It is connected again by itself.';
const CHECK_URL =
	'Check the WebSocket URL in the credential and that the n8n server may open WebSocket connections to it (firewall, DNS).';

export const closed = () =>
	new BotFailure(
		'The AI bot has no connection to WeCom',
		'Publish a workflow that starts with a WeCom Bot Trigger for this bot.',
	);

class Unreachable extends BotFailure {}

export const unreachable = (url: string, error?: unknown): BotFailure =>
	new Unreachable(describeUnreachable(url, error).message, CHECK_URL);

/** Node.js does not tell why a WebSocket could not connect. A plain request to the same address does. */
export async function withReason(
	failure: unknown,
	url: string,
	request: (url: string) => Promise<unknown>,
): Promise<unknown> {
	if (!(failure instanceof Unreachable)) return failure;
	return await request(url.replace(/^ws/i, 'http')).then(
		() => failure,
		(error: unknown) => (networkCode(error) ? unreachable(url, error) : failure),
	);
}

export const wrongUrl = () =>
	new BotFailure('The WebSocket URL in the credential is not an address', CHECK_URL);

export const noWebSocket = () =>
	new BotFailure(
		'This n8n runs on a Node.js without WebSocket',
		'Run n8n on Node.js 22 or newer, or Node.js 20 with NODE_OPTIONS=--experimental-websocket, or connect the bot by URL callback and use the WeCom Trigger.',
	);

export const noAnswer = () =>
	new BotFailure(
		'WeCom did not answer in time',
		'Whether it took the frame is unknown. Check the chat before sending it again.',
	);

export const silent = () =>
	new BotFailure('WeCom no longer answers on the long connection', RETRIES, undefined, true);

export const brokeOff = () =>
	new BotFailure(
		'The connection to WeCom broke off',
		`${RETRIES} Try again in a moment.`,
		undefined,
		true,
	);

/** WeCom's error code for a pair of Bot ID and Secret that it does not know. */
export const WRONG_SECRET = 853000;
const AGAIN = 'then publish the workflow again.';

/** WeCom does not let the bot in. The first word keeps n8n from trying again and again when it starts. */
export const refused = ({ message, description, errcode }: BotFailure) =>
	errcode === WRONG_SECRET
		? new BotFailure(
				`Authorization refused: WeCom does not accept this Bot ID and Secret (${errcode})`,
				`Copy Bot ID and Secret again from the bot's page in WeCom (API Mode > Long Connection) into the credential, ${AGAIN}`,
				errcode,
			)
		: new BotFailure(
				`Authorization refused: ${message}`,
				`${description} Correct it, ${AGAIN}`,
				errcode,
			);

export const kicked = () =>
	new BotFailure(
		'Another program has taken over the long connection of this AI bot',
		"WeCom keeps one long connection per bot, and the newest wins. This workflow gets no messages until it is published again. First stop the other program: another n8n with this Bot ID (also a test run in its editor or its credential test), a further main process of this one, or a script with WeCom's SDK.",
	);

export const tooLarge = (fileName: string, maxBytes: number) =>
	new BotFailure(
		`The file '${fileName}' is smaller than 5 bytes or larger than ${maxBytes >> 20} MB`,
		'Choose another file, or make it smaller before this node.',
	);

export const nobodyWrote = ({ message, errcode }: BotFailure) =>
	new BotFailure(
		`WeCom does not let the bot write to this chat: ${message}`,
		'A bot can write only where somebody has written to it before: let the person write to the bot, in a group with its mention. Then check the chat or user ID. If the bot has written a lot there, wait for a minute.',
		errcode,
	);
