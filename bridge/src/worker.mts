/** The process that loads the library, with one handle and one call at a time. If the library crashes, nobody else ends. */
import type { KeyObject } from 'node:crypto';
import { parseEnvelope, validJson, type Sealed } from './json.mts';
import { openRandomKey, readKeys, stampOfKeys } from './keys.mts';
import { notLoaded } from './library.mts';
import { Problem, problemOf } from './problems.mts';
import { Sdk } from './sdk.mts';
import type { Configuration } from './settings.mts';
import type {
	Answer,
	Operations,
	PageRequest,
	PageResult,
	Question,
	Refusal,
} from './workerProtocol.mts';

let sdk: Sdk;
let keysDir: string;
let keys = new Map<string, KeyObject>();
let keyStamp = '';
/** Versions whose key has opened a message, and so is right: a message that it does not open is damaged. */
const proven = new Set<string>();

const operations: {
	[Name in keyof Operations]: (input: Operations[Name]['takes']) => Operations[Name]['gives'];
} = {
	start(configuration: Configuration) {
		keysDir = configuration.keysDir;
		try {
			sdk = new Sdk(
				configuration.sdkPath,
				configuration.corpId,
				configuration.secret,
				configuration,
			);
		} catch (error) {
			if (error instanceof Problem) throw error;
			throw notLoaded((error as Error).message);
		}
		return null;
	},
	page,
	probe({ after }) {
		const list = listAfter(after, 1);
		return 'refused' in list ? list : { seq: list[0]?.seq ?? null };
	},
	part: ({ index, fileId }) => sdk.mediaPart(index, fileId),
};

/** The messages that WeCom has after a seq, still encrypted, in order. */
function listAfter(after: string, limit: number): Sealed[] | Refusal {
	const text = sdk.chatData(after, limit);
	if (!text) throw problemOf('GetChatData', 10002);
	let envelope: ReturnType<typeof parseEnvelope>;
	try {
		envelope = parseEnvelope(text);
	} catch {
		throw problemOf('GetChatData', 10002);
	}
	if (envelope.errcode)
		return { refused: { errcode: envelope.errcode, errmsg: String(envelope.errmsg ?? '') } };
	// At the end of the archive the list is empty or missing.
	return (envelope.chatdata ?? []).sort((a, b) => (BigInt(a.seq) < BigInt(b.seq) ? -1 : 1));
}

/** A page of decrypted messages. It ends before the first one whose key is missing, so that nobody passes over it. */
function page({ after, until, limit, careful, skip = [] }: PageRequest): PageResult | Refusal {
	const list = listAfter(after, limit);
	if ('refused' in list) return list;
	refreshKeys();
	const full = list.length >= limit;
	const wanted =
		until === undefined ? list : list.filter(({ seq }) => BigInt(seq) <= BigInt(until));
	const elements: string[] = [];
	let next = after;
	let missingKey: PageResult['missingKey'];
	for (const sealed of wanted) {
		const version = String(sealed.publickey_ver);
		const key = keys.get(version);
		if (!key) {
			missingKey = { seq: sealed.seq, version, reason: 'missing' };
			break;
		}
		if (careful) answer({ at: sealed.seq });
		const randomKey = openRandomKey(key, sealed.encrypt_random_key);
		if (randomKey === undefined && !proven.has(version) && !opensAny(key, version, wanted)) {
			missingKey = { seq: sealed.seq, version, reason: 'wrong' };
			break;
		}
		elements.push(
			element(sealed, skip.includes(sealed.seq) ? failed('crashed') : content(sealed, randomKey)),
		);
		next = sealed.seq;
	}
	const more = missingKey === undefined && full && wanted.length === list.length && next !== until;
	return {
		body: elements.join(','),
		count: elements.length,
		next,
		more,
		...(missingKey && { missingKey }),
	};
}

const opensAny = (key: KeyObject, version: string, list: Sealed[]): boolean =>
	list.some(
		(it) =>
			String(it.publickey_ver) === version &&
			openRandomKey(key, it.encrypt_random_key) !== undefined,
	);

/** Reads the keys again when a file has changed: a key that was added or replaced counts from the next page on. */
function refreshKeys(): void {
	const stamp = stampOfKeys(keysDir);
	if (stamp === keyStamp) return;
	keys = readKeys(keysDir);
	keyStamp = stamp;
	proven.clear();
}

const element = ({ seq, msgid, publickey_ver }: Sealed, rest: string): string =>
	`{"seq":"${seq}","msgid":${JSON.stringify(msgid ?? '')},"keyVersion":"${publickey_ver}",${rest}}`;

const FAILURES = {
	crashed: 'The library crashes at this message',
	wrong_key: 'The private key of its version does not open this message',
	not_json: 'The content of this message is not JSON',
};
const failed = (code: keyof typeof FAILURES, message: string = FAILURES[code]): string =>
	`"failed":${JSON.stringify({ code, message })}`;

function content(sealed: Sealed, randomKey: string | undefined): string {
	if (randomKey === undefined) return failed('wrong_key');
	let plain: string;
	try {
		plain = decrypt(randomKey, sealed.encrypt_chat_msg);
	} catch (error) {
		if (!(error instanceof Problem)) throw error;
		return `"failed":${JSON.stringify({ code: error.details.code, message: error.message })}`;
	}
	proven.add(String(sealed.publickey_ver));
	const json = validJson(plain);
	return json === undefined
		? `${failed('not_json')},"text":${JSON.stringify(plain)}`
		: `"message":${json}`;
}

/**
 * Decrypts a message, and tries once more when that fails: WeCom advises it for one of the two error codes, and for the other it
 * costs nothing.
 */
function decrypt(randomKey: string, message: string): string {
	try {
		return sdk.decrypt(randomKey, message);
	} catch {
		return sdk.decrypt(randomKey, message);
	}
}

const answer = (what: Answer): void => void process.send?.(what);

/** Answers questions until the bridge is gone. */
export function serve(): void {
	process.on('message', ({ name, input }: Question) => {
		try {
			answer({ value: operations[name](input as never) });
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			answer({ problem: error.details });
		}
	});
	// Without this, an interrupt in the terminal would end the worker before the bridge is through with it.
	process.on('SIGINT', () => {});
	process.on('disconnect', () => {
		sdk?.close();
		process.exit();
	});
}
