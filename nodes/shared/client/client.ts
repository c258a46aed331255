import { hkdfSync } from 'crypto';
import {
	sleep,
	type ICredentialDataDecryptedObject,
	type IExecuteFunctions,
	type IWebhookFunctions,
	type NodeApiError,
} from 'n8n-workflow';
import { nodeError, requestFailure } from './failed';
import {
	httpOptions,
	type ApiRequest,
	type Download,
	type Encoding,
	type FullResponse,
} from './request';
import {
	appAccount,
	ownAccounts,
	suiteAccount,
	type Account,
	type OwnCredential,
} from './tokenSources';
import {
	describeErrcode,
	describeForeignReply,
	isWorthRetrying,
	type Failure,
} from '../protocol/errors';
import { failureInFile, parseReply, type WecomReply } from '../protocol/reply';
import { apiBase, clean, LOGIN_JWT_KEY } from '../protocol/settings';
import { forOneRequest, noteOf, takeOver, withNote } from '../credentials/note';
import { NothingToSend, type CredentialContext } from '../credentials/store';
import {
	companiesOf,
	SUITE_CREDENTIAL,
	suiteIdOf,
	type ActAs,
	type Company,
} from '../credentials/suiteState';
import type { Token } from '../credentials/tokens';

export type ClientContext = CredentialContext;

type Outcome<T> = { value: T } | { failure: Failure };

/** Waits before the next tries, in milliseconds; each is varied by a quarter. */
const RETRY_WAITS_MS = [500, 1500, 4000];
/** A limit per minute, hour or day: one more try in case it was about to lift, since every try counts against it. */
const LIMIT_REACHED = 45009;
const LIMIT_WAITS_MS = [4000];

/** Milliseconds. Changed by tests only. */
export const companyTimings = {
	/**
	 * The pauses before a missing company is looked for again. Together they are longer than the process that exchanged its code
	 * waits before it looks whether the company is still stored.
	 */
	waits: [300, 700, 1_500, 3_000, 5_000],
};

/** The clients of one execution: it reads the credential once, also where each item acts as another company. */
const opened = new WeakMap<ClientContext, Map<string, Promise<WecomClient>>>();

/**
 * Makes every call of the server API. It reads the credential once and hands it on with each request, so that n8n neither
 * reads nor decrypts it again; n8n still refreshes and stores the token through the credential's preAuthentication.
 */
export class WecomClient {
	private constructor(
		private readonly context: ClientContext,
		private readonly account: Account,
		private credentials: ICredentialDataDecryptedObject,
		private readonly act?: ActAs,
	) {}

	/**
	 * The client the node's parameters ask for: of the app, or with authentication "Suite" of the company to act as.
	 * `token` is for calls with the token of the suite or the provider themselves, `own` for a resource with a credential of its own.
	 */
	static async open(
		context: ClientContext,
		itemIndex = 0,
		token: ActAs['kind'] = 'company',
		own?: OwnCredential,
	): Promise<WecomClient> {
		const clients = opened.get(context) ?? new Map<string, Promise<WecomClient>>();
		opened.set(context, clients);
		const get = (name: string) => clean(parameterOf(context, name, itemIndex));
		if (own || get('authentication') !== 'suite') {
			const account = own ? ownAccounts[own] : appAccount;
			return await startedOnce(
				clients,
				account.type,
				async () => await WecomClient.of(context, account),
			);
		}
		const suite = await startedOnce(
			clients,
			'suite',
			async () => await WecomClient.ofSuite(context),
		);
		if (token !== 'company') return suite.actingAs({ kind: token });
		const corpId = get('actAsCompany');
		// The node with many operations keeps it among its options.
		const permanentCode = get('options.permanentCode') || get('permanentCode');
		return await startedOnce(clients, JSON.stringify([corpId, permanentCode]), async () => {
			const code = permanentCode && { permanentCode };
			const client = suite.actingAs({ kind: 'company', corpId, ...code });
			client.expects = corpId && !permanentCode ? corpId : undefined;
			return client;
		});
	}

	/** The client of the app, whatever the node's parameters say. */
	static async ofApp(context: ClientContext): Promise<WecomClient> {
		return await WecomClient.of(context, appAccount);
	}

	private static async of(context: ClientContext, account: Account): Promise<WecomClient> {
		return new WecomClient(context, account, await context.getCredentials(account.type));
	}

	/** The client of the suite itself, whatever the node's parameters say. */
	static async ofSuite(context: ClientContext): Promise<WecomClient> {
		const credentials = await context.getCredentials(SUITE_CREDENTIAL);
		const act: ActAs = { kind: 'suite' };
		return new WecomClient(context, suiteAccount, suiteAccount.actingAs!(credentials, act), act);
	}

	/** The company that a person has chosen and the credential should store. */
	private expects?: string;

	private lookedFor?: Promise<void>;

	/**
	 * Resolves when the company is stored, or will not be: one that has just authorized is missing for a moment when another process
	 * overwrites the credential, then it comes back. To be awaited before what is known of it is used; every call does.
	 */
	async companyKnown(): Promise<void> {
		if (!this.expects) return;
		this.lookedFor ??= this.lookForCompany(this.expects);
		try {
			await this.lookedFor;
		} catch (error) {
			this.lookedFor = undefined;
			throw error as Error;
		}
	}

	private async lookForCompany(corpId: string): Promise<void> {
		for (const pause of companyTimings.waits) {
			if (companiesOf(this.credentials)[corpId]) return;
			await sleep(pause);
			const stored = await this.context.getCredentials(this.account.type);
			if (companiesOf(stored)[corpId]) this.credentials = this.account.actingAs!(stored, this.act!);
		}
	}

	/** Another client of the same suite. */
	actingAs(act: ActAs): WecomClient {
		const { context, account, credentials } = this;
		return new WecomClient(context, account, account.actingAs!(credentials, act), act);
	}

	/** What the client acts for, as a key without secrets. */
	get identity(): string {
		return `${this.fingerprint}:${JSON.stringify(this.act?.kind)}:${this.corpId}`;
	}

	/** The company the calls are about. */
	get corpId(): string {
		return this.act?.kind === 'company' ? this.act.corpId : clean(this.credentials.corpId);
	}

	/** The suite the calls are made with; '' for an app. */
	get suiteId(): string {
		return this.act ? suiteIdOf(this.credentials) : '';
	}

	/** The type of the credential. */
	get credentialType(): string {
		return this.account.type;
	}

	stored(field: string): unknown {
		return this.credentials[field];
	}

	/** A text without secrets that tells the credential's settings apart. */
	get fingerprint(): string {
		return this.account.fingerprint(this.credentials);
	}

	/** The Agent ID of the credential, or of the stored company; '' when there is none. */
	get agentId(): string {
		return clean(this.company ? this.company.agentId : this.credentials.agentId);
	}

	/** The company the calls are made for, with what is known of it; undefined for an app and for the suite itself. */
	get company(): (Partial<Company> & { corpId: string }) | undefined {
		if (this.act?.kind !== 'company') return undefined;
		const { corpId, permanentCode } = this.act;
		const stored = companiesOf(this.credentials)[corpId];
		return { ...stored, corpId, ...(permanentCode && { permanentCode }) };
	}

	/** Where the API is reached, without a trailing slash. */
	get baseUrl(): string {
		return apiBase(this.credentials);
	}

	/** A key of 32 bytes for one purpose, from the credential's secret and never stored; undefined without a secret. */
	derivedKey(purpose: string): Buffer | undefined {
		const { corpSecret, suiteSecret } = this.credentials;
		const secret = clean(this.suiteId ? suiteSecret : corpSecret);
		if (!secret) return undefined;
		const info = `n8n-nodes-wecom-kit ${purpose}`;
		return Buffer.from(hkdfSync('sha256', secret, this.fingerprint, info, 32));
	}

	/** What logins are signed with for applications, as entered. */
	get loginJwtKey(): unknown {
		return this.credentials[LOGIN_JWT_KEY];
	}

	/** The stored token and when it ends (milliseconds since the epoch), after one call that proves it works. */
	async accessToken(itemIndex = 0): Promise<Token> {
		await this.call({ method: 'GET', path: '/cgi-bin/get_api_domain_ip' }, itemIndex);
		return this.account.current(this.credentials);
	}

	/** The token of a suite, provider or company, fetched if need be; nothing else is asked of WeCom. */
	async token(itemIndex?: number): Promise<Token> {
		await this.companyKnown();
		const data = withNote(this.credentials, { tokenOnly: true });
		try {
			await this.send({ method: 'GET', path: '' }, 'text', data);
		} catch (error) {
			if (!(error instanceof NothingToSend)) throw this.toError(this.failureOf(error), itemIndex);
		}
		return this.account.current(data);
	}

	/** The JSON reply of a successful call. Throws a NodeApiError that says what happened and what to do. */
	async call(request: ApiRequest, itemIndex?: number): Promise<WecomReply> {
		return await this.settle<WecomReply>(
			request,
			'text',
			itemIndex,
			async ({ body, statusCode }) => {
				const reply = parseReply(body);
				if (!reply) return { failure: describeForeignReply(this.baseUrl, statusCode) };
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
				const refused = failureInFile(headers, data);
				if (refused) return { failure: await describeErrcode(refused) };
				if (statusCode >= 400) return { failure: describeForeignReply(this.baseUrl, statusCode) };
				return { value: { data, headers, statusCode } };
			},
		);
	}

	/** Sends, renews a dead token once, waits and tries again where that makes sense, and turns the rest into an error. */
	private async settle<T>(
		request: ApiRequest,
		encoding: Encoding,
		itemIndex: number | undefined,
		read: (response: FullResponse) => Promise<Outcome<T>>,
	): Promise<T> {
		await this.companyKnown();
		const repeatable = request.repeatable ?? request.method === 'GET';
		let renewed = false;
		for (let tries = 0; ; ) {
			const tokenBefore = this.account.held(this.credentials)?.value;
			const outcome = await this.attempt(request, encoding, read);
			if ('value' in outcome) return outcome.value;

			const { failure } = outcome;
			const dead = this.account.deadTokenCodes(this.credentials);
			if (
				!renewed &&
				!request.withoutToken &&
				!failure.unsent &&
				dead.includes(failure.errcode ?? 0)
			) {
				renewed = true;
				await this.dropToken(tokenBefore ?? this.account.current(this.credentials).value);
				continue;
			}
			const waits = failure.errcode === LIMIT_REACHED ? LIMIT_WAITS_MS : RETRY_WAITS_MS;
			if (tries >= waits.length || !isWorthRetrying(failure, repeatable)) {
				throw this.toError(failure, itemIndex);
			}
			await sleep(waits[tries++] * (0.75 + Math.random() / 2));
		}
	}

	private async attempt<T>(
		request: ApiRequest,
		encoding: Encoding,
		read: (response: FullResponse) => Promise<Outcome<T>>,
	): Promise<Outcome<T>> {
		let response: FullResponse;
		try {
			response = await this.send(request, encoding, this.credentials);
		} catch (error) {
			return { failure: this.failureOf(error) };
		}
		return await read(response);
	}

	/** Throws what hindered the request, as far as that is known. */
	private async send(
		request: ApiRequest,
		encoding: Encoding,
		data: ICredentialDataDecryptedObject,
	): Promise<FullResponse> {
		const { context, account } = this;
		const options = httpOptions(this.baseUrl, request, encoding);
		if (request.withoutToken) return (await context.helpers.httpRequest(options)) as FullResponse;
		const ofRequest = forOneRequest(data);
		const credentialsDecrypted = { id: '', name: '', type: account.type, data: ofRequest };
		try {
			return (await context.helpers.httpRequestWithAuthentication.call(
				context,
				account.type,
				options,
				{ credentialsDecrypted },
			)) as FullResponse;
		} catch (error) {
			throw noteOf(ofRequest).failure ?? (error as Error);
		} finally {
			takeOver(data, ofRequest);
		}
	}

	/** After WeCom refused a token: use the one another execution has stored meanwhile, else have a new one fetched. */
	private async dropToken(refused: string): Promise<void> {
		// Empty when a call at the same time has dropped it: its note of the refused token must stay.
		if (!refused || this.account.current(this.credentials).value !== refused) return;
		const stored = await this.context.getCredentials(this.account.type);
		this.credentials = this.account.afterRefusal(stored, refused, this.credentials);
	}

	private failureOf(error: unknown): Failure {
		const { value } = this.account.current(this.credentials);
		return requestFailure(error, this.baseUrl, value);
	}

	private toError(failure: Failure, itemIndex?: number): NodeApiError {
		return nodeError(this.context.getNode(), failure, itemIndex);
	}
}

/** A form value, wherever it is read; resource locators give the ID. */
function parameterOf(context: ClientContext, name: string, itemIndex: number): unknown {
	// n8n fails to extract a value where the node has no field of that name at the top of its form.
	const how = { extractValue: name === 'actAsCompany' };
	if ('getCurrentNodeParameter' in context) return context.getCurrentNodeParameter(name, how);
	if ('getWebhookName' in context)
		return (context as IWebhookFunctions).getNodeParameter(name, '', how);
	return (context as IExecuteFunctions).getNodeParameter(name, itemIndex, '', how);
}

/** Makes something once for a key, however many ask; what has failed is made again. */
async function startedOnce<T>(
	known: Map<string, Promise<T>>,
	key: string,
	make: () => Promise<T>,
): Promise<T> {
	const made = known.get(key) ?? make();
	known.set(key, made);
	made.catch(() => known.delete(key));
	return await made;
}
