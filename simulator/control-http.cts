/**
 * The control API over HTTP, for tests and demos in another process:
 * `POST /_control/<method>` with the method's arguments as a JSON array (or the one argument itself), and five GETs.
 */
import { BOT_METHODS } from './bot/control.cts';
import type { Control } from './control.cts';
import type { RecordedRequest } from './recorder.cts';
import type { State } from './state.cts';
import { SUITE_METHODS } from './suite/methods.cts';

const PREFIX = '/_control/';
/** Methods of `control.bots`. */
const BOTS = 'bots/';
const METHODS: Array<keyof Control> = [
	'reset',
	'setApp',
	'saveCallback',
	'refuseIp',
	'setCallerIp',
	'invalidateToken',
	'tokenCalls',
	'setWrongSecretLimit',
	'inject',
	'clearFaults',
	'rateLimit',
	'advanceClock',
	'setDisposition',
	'addMedia',
	'addKfMessages',
	'kfMessage',
	'kfNotice',
	'setKfPages',
	'issueCode',
	'verifyUrl',
	'push',
	'pressCard',
	'cardSeenBy',
	'sample',
	'issueToken',
	'endTokens',
	'setList',
	'clearLists',
	'setScript',
	...SUITE_METHODS,
];

export const isControlPath = (path: string): boolean => path.startsWith(PREFIX);

/** The JSON to answer with: `{ok: true, result}` or `{ok: false, error}`. */
export async function controlCall(
	{ control, state, requests }: { control: Control; state: State; requests: RecordedRequest[] },
	request: { method: string; path: string; query: Record<string, string>; rawBody: Buffer },
): Promise<{ ok: boolean; result?: unknown; error?: string }> {
	const name = request.path.slice(PREFIX.length);
	try {
		if (request.method === 'GET')
			return { ok: true, result: view(name, state, requests, request.query) };
		const isBots = name.startsWith(BOTS);
		const [target, key, known]: [object, string, string[]] = isBots
			? [control.bots, name.slice(BOTS.length), BOT_METHODS]
			: [control, name, METHODS];
		if (!known.includes(key)) throw new Error(`Unknown method ${name}; known: ${known.join(', ')}`);
		const body = request.rawBody.length ? JSON.parse(request.rawBody.toString('utf8')) : [];
		const method = Reflect.get(target, key) as (...args: unknown[]) => unknown;
		return { ok: true, result: await method.apply(target, Array.isArray(body) ? body : [body]) };
	} catch (error) {
		return { ok: false, error: (error as Error).message };
	}
}

function view(
	name: string,
	state: State,
	requests: RecordedRequest[],
	query: Record<string, string>,
): unknown {
	switch (name) {
		case 'requests':
			return query.path ? requests.filter(({ path }) => path === query.path) : requests;
		case 'messages':
			return state.messages;
		case 'apps':
			return state.apps;
		case 'bots':
			return [...state.botSide.bots.values()].map(({ botId, name, mode }) => ({
				botId,
				name,
				mode,
			}));
		case 'members':
			return [...state.members.values()];
		default:
			throw new Error(`Unknown view ${name}; known: requests, messages, apps, bots, members`);
	}
}
