import {
	NodeApiError,
	sleep,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestMethods,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
} from 'n8n-workflow';
import {
	describeErrcode,
	describeForeignReply,
	describeUnreachable,
	networkCode,
	TokenFailure,
	type Failure,
} from './failures';
import { parseReply, type WecomReply } from './reply';
import { apiBase, clean } from './settings';
import { holdsValidToken, REFUSED_TOKEN } from './tokens';

export type ClientContext = IExecuteFunctions | ILoadOptionsFunctions;

/** One call of the server API; the access token is added by the credential. */
export interface ApiRequest {
	method: IHttpRequestMethods;
	/** Path on the API host, such as `/cgi-bin/user/get`. */
	path: string;
	qs?: IDataObject;
	/** JSON body, or the bytes of a multipart form together with `contentType`. */
	body?: IDataObject | Buffer;
	contentType?: string;
	headers?: IDataObject;
	/** Whether doing it twice does no harm. Only then is an unclear failure tried again. Default: reading calls. */
	repeatable?: boolean;
	/** Milliseconds; default 30,000. */
	timeout?: number;
	/** Calls that carry a secret of their own take no access token. */
	withoutToken?: boolean;
}

/** The bytes WeCom sent instead of JSON. */
export interface Download {
	data: Buffer;
	headers: IDataObject;
	statusCode: number;
}

interface FullResponse {
	body: unknown;
	headers: IDataObject;
	statusCode: number;
}

type Outcome<T> = { value: T } | { failure: Failure };

const CREDENTIAL = 'wecomApi';
const TIMEOUT_MS = 30_000;
const DEAD_TOKEN = new Set([40014, 42001]);
/** Waits before the next tries, in milliseconds; each is varied by a quarter. */
const RETRY_WAITS_MS = [500, 1500, 4000];
/** A limit per minute, hour or day: one more try in case it was about to lift, since every try counts against it. */
const LIMIT_REACHED = 45009;
const LIMIT_WAITS_MS = [4000];

/**
 * Makes every call of the server API. It reads the credential once and hands it on with each request, so that n8n neither
 * reads nor decrypts it again; n8n still refreshes and stores the token through the credential's preAuthentication.
 */
export class WecomClient {
	private constructor(
		private readonly context: ClientContext,
		private credentials: ICredentialDataDecryptedObject & { [REFUSED_TOKEN]?: string },
	) {}

	static async open(context: ClientContext): Promise<WecomClient> {
		return new WecomClient(context, await context.getCredentials(CREDENTIAL));
	}

	get corpId(): string {
		return clean(this.credentials.corpId);
	}

	get agentId(): string {
		return clean(this.credentials.agentId);
	}

	/** The stored token and when it ends (milliseconds since the epoch), after one call that proves it works. */
	async accessToken(itemIndex = 0): Promise<{ accessToken: string; expiresAt: number }> {
		await this.call({ method: 'GET', path: '/cgi-bin/get_api_domain_ip' }, itemIndex);
		const { accessToken, accessTokenExpiresAt } = this.credentials;
		return { accessToken: String(accessToken), expiresAt: Number(accessTokenExpiresAt) };
	}

	/** The JSON reply of a successful call. Throws a NodeApiError that says what happened and what to do. */
	async call(request: ApiRequest, itemIndex?: number): Promise<WecomReply> {
		return await this.settle<WecomReply>(
			request,
			'text',
			itemIndex,
			async ({ body, statusCode }) => {
				const reply = parseReply(body);
				if (!reply) return { failure: this.foreign(statusCode) };
				return reply.errcode ? { failure: await describeErrcode(reply) } : { value: reply };
			},
		);
	}

	/** The file behind a downloading call; a JSON reply is the failure it describes. */
	async download(request: ApiRequest, itemIndex?: number): Promise<Download> {
		return await this.settle<Download>(
			request,
			'arraybuffer',
			itemIndex,
			async ({ body, headers, statusCode }) => {
				const data = Buffer.from(body as ArrayBuffer);
				const reply = mayHoldErrcode(headers, data) ? parseReply(data.toString('utf8')) : undefined;
				if (reply?.errcode) return { failure: await describeErrcode(reply) };
				if (statusCode >= 400) return { failure: this.foreign(statusCode) };
				return { value: { data, headers, statusCode } };
			},
		);
	}

	/** Sends, renews a dead token once, waits and tries again where that makes sense, and turns the rest into an error. */
	private async settle<T>(
		request: ApiRequest,
		encoding: 'text' | 'arraybuffer',
		itemIndex: number | undefined,
		read: (response: FullResponse) => Promise<Outcome<T>>,
	): Promise<T> {
		let renewed = false;
		for (let tries = 0; ; ) {
			const tokenBefore = holdsValidToken(this.credentials)
				? this.credentials.accessToken
				: undefined;
			const outcome = await this.attempt(request, encoding, read);
			if ('value' in outcome) return outcome.value;

			const { failure } = outcome;
			if (!renewed && !request.withoutToken && !failure.unsent && DEAD_TOKEN.has(failure.errcode ?? 0)) {
				renewed = true;
				await this.dropToken(String(tokenBefore ?? this.credentials.accessToken));
				continue;
			}
			const waits = failure.errcode === LIMIT_REACHED ? LIMIT_WAITS_MS : RETRY_WAITS_MS;
			if (tries >= waits.length || !isWorthRetrying(failure, request)) {
				throw this.toError(failure, itemIndex);
			}
			await sleep(waits[tries++] * (0.75 + Math.random() / 2));
		}
	}

	private async attempt<T>(
		request: ApiRequest,
		encoding: 'text' | 'arraybuffer',
		read: (response: FullResponse) => Promise<Outcome<T>>,
	): Promise<Outcome<T>> {
		let response: FullResponse;
		try {
			response = (await this.send(request, this.options(request, encoding))) as FullResponse;
		} catch (error) {
			return { failure: this.requestFailure(error) };
		}
		return await read(response);
	}

	private async send({ withoutToken }: ApiRequest, options: IHttpRequestOptions): Promise<unknown> {
		const { helpers } = this.context;
		if (withoutToken) return (await helpers.httpRequest(options)) as unknown;
		return await helpers.httpRequestWithAuthentication.call(this.context, CREDENTIAL, options, {
			credentialsDecrypted: { id: '', name: '', type: CREDENTIAL, data: this.credentials },
		});
	}

	private options(request: ApiRequest, encoding: 'text' | 'arraybuffer'): IHttpRequestOptions {
		const options: IHttpRequestOptions = {
			method: request.method,
			url: apiBase(this.credentials) + request.path,
			qs: { ...request.qs },
			headers: { ...request.headers },
			encoding,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			timeout: request.timeout ?? TIMEOUT_MS,
		};
		if (request.body) {
			options.body = Buffer.isBuffer(request.body) ? request.body : JSON.stringify(request.body);
			options.headers = {
				...options.headers,
				'content-type': request.contentType ?? 'application/json',
			};
		}
		return options;
	}

	/** After WeCom refused a token: use the one another execution has stored meanwhile, else have a new one fetched. */
	private async dropToken(refused: string): Promise<void> {
		if (this.credentials.accessToken !== refused) return;
		const stored = await this.context.getCredentials(CREDENTIAL);
		this.credentials =
			holdsValidToken(stored) && stored.accessToken !== refused
				? stored
				: { ...stored, accessToken: '', [REFUSED_TOKEN]: refused };
	}

	private foreign(statusCode: number): Failure {
		return describeForeignReply(apiBase(this.credentials), statusCode);
	}

	/** Nothing of the failed request is kept: its URL holds the token. */
	private requestFailure(error: unknown): Failure {
		const cause = (error as { cause?: unknown }).cause;
		if (cause instanceof TokenFailure) return { ...cause.failure, unsent: true };
		if (networkCode(error) !== undefined)
			return describeUnreachable(apiBase(this.credentials), error);
		const { message } = error as Error;
		return {
			message: 'The request could not be sent',
			description: message.replaceAll(String(this.credentials.accessToken || '\0'), '***'),
		};
	}

	private toError(failure: Failure, itemIndex?: number): NodeApiError {
		const { message, description, errcode, httpStatus } = failure;
		const error = new NodeApiError(
			this.context.getNode(),
			{ message },
			{
				message,
				description,
				httpCode: httpStatus === undefined ? undefined : String(httpStatus),
				itemIndex,
			},
		);
		if (errcode !== undefined) error.context.errcode = errcode;
		return error;
	}
}

/** Downloads carry any type; only a small JSON body can be a failure (doc 90254). */
function mayHoldErrcode(headers: IDataObject, data: Buffer): boolean {
	const type = String(headers['content-type'] ?? '');
	return /json|text\/plain/.test(type) && data.length < 4096 && data[0] === 0x7b;
}

/**
 * A call refused for its rate was not carried out and may be repeated. "System busy", a broken connection or a
 * gateway's page says nothing about what was done, so then only repeatable calls are tried again (doc 90313).
 */
function isWorthRetrying(failure: Failure, request: ApiRequest): boolean {
	const passing =
		failure.class === 'transient' || failure.brokenOff === true || (failure.httpStatus ?? 0) >= 500;
	if (failure.unsent) return passing;
	return failure.class === 'rate' || (passing && (request.repeatable ?? request.method === 'GET'));
}
