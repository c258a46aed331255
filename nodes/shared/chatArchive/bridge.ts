import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	ITriggerFunctions,
} from 'n8n-workflow';
import { parseJson } from '../callback/json';
import { networkCode, networkReason } from '../protocol/errors';
import { clean } from '../protocol/settings';

/** The bridge to WeCom's chat archive library (`bridge/` in the repository) as its reader sees it. */

export const ARCHIVE_CREDENTIAL = 'wecomChatArchiveApi';

/** The version of the bridge's HTTP API that these nodes speak, and the header in which the bridge names its own. */
const API_VERSION = '1';
const API_HEADER = 'wecom-chat-archive-bridge';
const TIMEOUT_MS = 90_000;
/** A file of a gigabyte over a slow line still gets through. */
const FILE_TIMEOUT_MS = 15 * 60_000;
const TOKEN_CHARACTERS = 32;
/** A page has up to 1,000 messages, and WeCom's longest have 50 KB. */
const PAGE_LIMITS = { characters: 256 * 1024 * 1024, values: 50_000_000 };

export type BridgeContext = IExecuteFunctions | ITriggerFunctions;

/** A message of the archive; `failed` says why it has no content. */
export interface ArchivedMessage {
	seq: string;
	msgid: string;
	keyVersion: string;
	message?: IDataObject;
	failed?: { code: string; message: string };
	/** What the library gave, where that was no JSON. */
	text?: string;
}

export interface MissingKey {
	seq: string;
	version: string;
	message: string;
	todo: string;
}

export interface ArchivePage {
	messages: ArchivedMessage[];
	/** The last seq of the page, else the one it was asked for. */
	next: string;
	/** Whether there may be more at once. */
	more: boolean;
	missingKey?: MissingKey;
	/** What WeCom may have deleted before it was read, in milliseconds. */
	gap?: { from: number; to: number };
}

export interface PageRequest {
	after: string;
	until?: string;
	limit: number;
	/** Seconds to wait for a message. */
	wait?: number;
	/** When the reader was last at the end, in milliseconds. */
	since?: number;
}

export interface BridgeHealth {
	state: string;
	message: string;
	todo: string;
	/** Names the archive of a company: a seq means nothing in another one. */
	archive: string;
}

/** What went wrong: `message` says what happened, `description` what to do. */
export class BridgeFailure extends Error {
	constructor(
		readonly code: string,
		message: string,
		readonly description: string,
		/** Seconds after which the bridge wants to be asked again. */
		readonly retryAfter?: number,
	) {
		super(message);
	}

	/** It may be over the next moment: the bridge is started again, the network comes back. */
	get passing(): boolean {
		return PASSING.has(this.code);
	}
}

const PASSING = new Set([
	'unreachable',
	'busy',
	'internal',
	'network',
	'answer_not_understood',
	'system',
	'sdk_crashed',
	'rate_limited',
	'broken_off',
]);

/** What is wrong with the fields of the credential, undefined when they can be right. */
export function wrongBridgeField(credentials: ICredentialDataDecryptedObject): string | undefined {
	const url = bridgeUrlOf(credentials);
	if (!url) return 'The Bridge URL is missing. Enter where the chat archive bridge listens.';
	if (!/^https?:\/\/[^/]/i.test(url))
		return "The Bridge URL does not begin with 'http://' or 'https://'.";
	const token = clean(credentials.bridgeToken);
	if (!token)
		return 'The Bridge Token is missing. Copy it from the file that BRIDGE_TOKEN_FILE names.';
	return token.length < TOKEN_CHARACTERS
		? `The Bridge Token has ${token.length} characters. The bridge takes none under ${TOKEN_CHARACTERS}: copy all of it.`
		: undefined;
}

/** Where the bridge listens, without a trailing slash. */
export const bridgeUrlOf = ({ bridgeUrl }: ICredentialDataDecryptedObject): string =>
	clean(bridgeUrl).replace(/\/+$/, '');

/** The headers of a request to the bridge. */
export const bridgeHeaders = ({ bridgeToken }: ICredentialDataDecryptedObject): IDataObject => ({
	authorization: `Bearer ${clean(bridgeToken)}`,
});

export interface BridgeResponse {
	body: unknown;
	headers: IDataObject;
	statusCode: number;
}
type Send = (options: IHttpRequestOptions) => Promise<BridgeResponse>;

/** Asks the bridge. Every failure is a `BridgeFailure`. */
export class Bridge {
	constructor(
		private readonly credentials: ICredentialDataDecryptedObject,
		private readonly send: Send,
	) {}

	/** The bridge of the node's credential, which is read once. */
	static async open(context: BridgeContext): Promise<Bridge> {
		const data = await context.getCredentials(ARCHIVE_CREDENTIAL);
		const wrong = wrongBridgeField(data);
		if (wrong) {
			const [message, ...todo] = wrong.split(/(?<=\.) /);
			throw new BridgeFailure(
				'not_configured',
				message,
				todo.join(' ') || 'Correct it in the credential.',
			);
		}
		const credentialsDecrypted = { id: '', name: '', type: ARCHIVE_CREDENTIAL, data };
		return new Bridge(
			data,
			async (options) =>
				(await context.helpers.httpRequestWithAuthentication.call(
					context,
					ARCHIVE_CREDENTIAL,
					options,
					{ credentialsDecrypted },
				)) as BridgeResponse,
		);
	}

	/** How the bridge is; it asks WeCom first. */
	async health(): Promise<BridgeHealth> {
		return (await this.get('/v1/health', { check: 'true' })) as unknown as BridgeHealth;
	}

	/** Decrypted messages after a seq, in order. */
	async page(wanted: PageRequest, abortSignal?: AbortSignal): Promise<ArchivePage> {
		const page = await this.get('/v1/messages', { ...wanted }, abortSignal);
		return page as unknown as ArchivePage;
	}

	/** The seq of the newest message, '0' in an empty archive. */
	async newest(): Promise<string> {
		return String((await this.get('/v1/position')).seq);
	}

	/** A file of a message. A file that does not fit its MD5 is asked for once more, then it is a failure. */
	async file(sdkfileid: string, md5sum = ''): Promise<Buffer> {
		const options: IHttpRequestOptions = {
			method: 'POST',
			url: '/v1/media',
			body: JSON.stringify({ sdkfileid, md5sum }),
			headers: { 'content-type': 'application/json' },
			timeout: FILE_TIMEOUT_MS,
		};
		for (let first = true; ; first = false) {
			try {
				return Buffer.from((await this.request(options)).body as ArrayBuffer);
			} catch (error) {
				if (!first || (error as BridgeFailure).code !== 'broken_off') throw error as Error;
			}
		}
	}

	private async get(
		url: string,
		qs: IDataObject = {},
		abortSignal?: AbortSignal,
	): Promise<IDataObject> {
		const { body } = await this.request({ method: 'GET', url, qs, abortSignal });
		const parsed = parseJson(Buffer.from(body as ArrayBuffer).toString('utf8'), PAGE_LIMITS);
		if (!parsed.ok) throw this.foreign(`JSON that cannot be read (${parsed.reason})`);
		return parsed.value as IDataObject;
	}

	private async request(options: IHttpRequestOptions): Promise<BridgeResponse> {
		let response: BridgeResponse;
		try {
			response = await this.send({
				timeout: TIMEOUT_MS,
				...options,
				url: bridgeUrlOf(this.credentials) + options.url,
				encoding: 'arraybuffer',
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
			});
		} catch (error) {
			throw this.unanswered(error);
		}
		const version = response.headers[API_HEADER];
		if (version === undefined) throw this.foreign(`HTTP ${response.statusCode}`);
		if (String(version) !== API_VERSION) {
			throw new BridgeFailure(
				'other_version',
				`The bridge speaks version ${String(version)}, and these nodes speak version ${API_VERSION}`,
				'Update the older of the two, the bridge or the package n8n-nodes-wecom-kit.',
			);
		}
		if (response.statusCode !== 200) throw refusal(response);
		return response;
	}

	private foreign(what: string): BridgeFailure {
		return new BridgeFailure(
			'foreign',
			`What answers at ${bridgeUrlOf(this.credentials)} is not the chat archive bridge: ${what}`,
			'Check the Bridge URL in the credential: scheme, host and port of the bridge, without a path, and a proxy that passes its headers through.',
		);
	}

	/** Only codes are taken from the error: its request carries the token. */
	private unanswered(error: unknown): BridgeFailure {
		const code = networkCode(error);
		const at = bridgeUrlOf(this.credentials);
		if (code === 'ECONNRESET' || code === 'ERR_BAD_RESPONSE' || code === 'ECONNABORTED') {
			return new BridgeFailure(
				'broken_off',
				`The bridge at ${at} broke off its answer`,
				"A file then did not fit its MD5 or could not be read to its end, or the bridge was ended. Its log, and 'wecom-chat-archive-bridge health', say more.",
			);
		}
		return new BridgeFailure(
			'unreachable',
			`The chat archive bridge cannot be reached at ${at} (${networkReason(error) || 'no answer'})`,
			'Check that the bridge runs, that the Bridge URL in the credential is its address as seen from n8n, and that HOST lets it listen there (127.0.0.1 is reached from the same machine only).',
		);
	}
}

/** The failure that the bridge describes in its answer. */
function refusal({ body, headers, statusCode }: BridgeResponse): BridgeFailure {
	const text = Buffer.from(body as ArrayBuffer).toString('utf8');
	const parsed = parseJson(text);
	const { code, message, todo } = ((parsed.ok && parsed.value.error) || {}) as {
		code?: string;
		message?: string;
		todo?: string;
	};
	if (code === 'unauthorized') {
		return new BridgeFailure(
			code,
			'The bridge does not accept the Bridge Token',
			'Copy the token from the file that BRIDGE_TOKEN_FILE names into the credential, and start the bridge again after you have changed the file.',
		);
	}
	const retryAfter = Number(headers['retry-after']) || undefined;
	return new BridgeFailure(
		code ?? 'foreign',
		message?.replace(/\.$/, '') ?? `The bridge answered HTTP ${statusCode}`,
		todo ?? "Look into the bridge's log: it says why.",
		retryAfter,
	);
}
