/** The provider side of `Control`: everything a test or a demo can make the platform, a company or the provider's console do. */
import { cardSeenBy, pressed, type Press, type SeenCard } from '../cards.cts';
import { createSuiteCode } from '../endpoints/suite-login.cts';
import type { CallbackTarget, Pusher, PushOptions, PushResult, VerifyResult } from '../pusher.cts';
import { sample } from '../samples.cts';
import type { App, State } from '../state.cts';
import {
	endCorpTokens,
	install,
	issueAuthCode,
	issueTicket,
	uninstall,
	type AuthorizeOptions,
} from './authorization.cts';
import { makeCompanies } from './data.cts';
import { pushSuite, suiteTarget, type SuitePush } from './push.cts';
import {
	companyState,
	findAuthorization,
	type Authorization,
	type Company,
	type Provider,
	type ProviderSide,
	type Suite,
} from './state.cts';
import type { XmlFields } from '../xml.cts';

type Change = Partial<Pick<App, 'enabled' | 'visible'>> &
	Partial<Pick<Authorization, 'permissions' | 'authMode'>> & { state?: string; extraInfo?: string };
type SuiteCallback = Partial<Suite['callback']> & { dataUrl?: string };

export class SuiteControl {
	readonly #state: State;
	readonly #pusher: Pusher;
	readonly #timers = new Map<string, NodeJS.Timeout>();

	constructor(state: State, pusher: Pusher) {
		this.#state = state;
		this.#pusher = pusher;
	}

	addSuite(suite: Suite) {
		this.#side.suites.set(suite.suiteId, structuredClone(suite));
	}

	/** Changes any field of a suite. Its URLs are not verified. */
	setSuite(suiteId: string, changes: Partial<Omit<Suite, 'suiteId'>>): Suite {
		return Object.assign(this.#suite(suiteId), structuredClone(changes));
	}

	setProvider(changes: Partial<Provider>): Provider {
		const { provider } = this.#side;
		const full = { corpid: '', secret: '', trustedIps: [], ...provider, ...changes };
		return (this.#side.provider = full);
	}

	/** Adds so many further companies, or the given ones. */
	addCompanies(wanted: number | Company[]): Company[] {
		const { companies } = this.#side;
		const made =
			typeof wanted === 'number'
				? makeCompanies(wanted, companies.size + 1)
				: structuredClone(wanted);
		for (const company of made) companies.set(company.corpid, company);
		return made;
	}

	/**
	 * Changes any field of the app in a company, without a push: `enabled`, `visible`, `trustedIps`, a `callback` of its own, ...
	 */
	setCompanyApp(suiteId: string, corpid: string, changes: Partial<App>): App {
		return Object.assign(this.#authorization(suiteId, corpid).app, changes);
	}

	/** The company's people, apps, media and messages, to be changed in place (not over HTTP). */
	companyState(corpid: string): State {
		return companyState(this.#state, this.#company(corpid));
	}

	/** Verifies the suite's URL with a GET. No page says which receiveid it carries; it is assumed to be the provider's corpid. */
	async verifySuiteUrl(
		suiteId: string,
		{ receiveid = 'provider', which = 'command', timeoutMs }: VerifyOptions = {},
	): Promise<VerifyResult> {
		return await this.#verify(this.#suite(suiteId), { receiveid, which, timeoutMs });
	}

	/** Saves the settings as the provider's console does: only when all their URLs pass. */
	async saveSuiteCallback(
		suiteId: string,
		{ dataUrl, ...callback }: SuiteCallback,
		{ receiveid = 'provider' }: Pick<VerifyOptions, 'receiveid'> = {},
	): Promise<VerifyResult> {
		const suite = this.#suite(suiteId);
		const changed = {
			...suite,
			callback: { ...suite.callback, ...callback },
			dataUrl: dataUrl ?? suite.dataUrl,
		};
		let result = await this.#verify(changed, { receiveid, which: 'command' });
		if (result.ok && dataUrl) result = await this.#verify(changed, { receiveid, which: 'data' });
		if (result.ok) Object.assign(suite, changed);
		return result;
	}

	/** Pushes a fresh ticket (doc 90628). */
	async pushTicket(
		suiteId: string,
		options?: PushOptions,
	): Promise<SuitePush & { ticket: string }> {
		const ticket = this.issueTicket(suiteId);
		const fields = { InfoType: 'suite_ticket', SuiteTicket: ticket };
		return { ...(await this.#push({ suite: this.#suite(suiteId) }, fields, options)), ticket };
	}

	/** Pushes a ticket now and then every `everyMs`; on the real platform that is ten minutes. */
	startTickets(suiteId: string, everyMs: number, options?: PushOptions) {
		this.#suite(suiteId);
		this.stopTickets(suiteId);
		const push = () => void this.pushTicket(suiteId, options).catch(() => undefined);
		this.#timers.set(suiteId, setInterval(push, everyMs).unref());
		push();
	}

	stopTickets(suiteId?: string) {
		for (const [id, timer] of this.#timers) {
			if (suiteId !== undefined && id !== suiteId) continue;
			clearInterval(timer);
			this.#timers.delete(id);
		}
	}

	/** Issues a ticket that is not pushed. */
	issueTicket(suiteId: string): string {
		return issueTicket(this.#state, this.#suite(suiteId).suiteId);
	}

	/** A company authorizes from the app market, or with a template's QR code. */
	async authorize(
		suiteId: string,
		corpid: string,
		options: AuthorizeOptions & { extraInfo?: string } & PushOptions = {},
	): Promise<SuitePush & { authCode: string }> {
		const { state, agentid, admin, authMode, extraInfo = '', ...delivery } = options;
		const authCode = this.issueAuthCode(suiteId, corpid, { state, agentid, admin, authMode });
		const fields = {
			InfoType: 'create_auth',
			AuthCode: authCode,
			State: state ?? '',
			ExtraInfo: extraInfo,
		};
		const whose = { suite: this.#suite(suiteId), corpid };
		return { ...(await this.#push(whose, fields, delivery)), authCode };
	}

	/** A company authorizes on the provider's own site: the code comes with the redirect, nothing is pushed (doc 90597). */
	issueAuthCode(suiteId: string, corpid: string, options: AuthorizeOptions = {}): string {
		const [suite, company] = [this.#suite(suiteId), this.#company(corpid)];
		const authorization = install(this.#state, suite, company, options);
		return issueAuthCode(this.#state, authorization, { state: options.state });
	}

	/** A company opens a link of get_customized_auth_url (doc 98744) or get_app_qrcode (doc 95430) and agrees. */
	async scanAuthUrl(
		url: string,
		corpid: string,
		options: AuthorizeOptions & PushOptions = {},
	): Promise<Array<SuitePush & { authCode: string }>> {
		const link = this.#side.authUrls.get(url.slice(url.lastIndexOf('/') + 1));
		if (!link) throw new Error(`No authorization link ${url}`);
		if (link.expiresAt <= Date.now() + this.#state.clockOffset)
			throw new Error('The authorization link has expired');
		const whole = { state: link.state, ...options };
		return await Promise.all(link.suiteIds.map((id) => this.authorize(id, corpid, whole)));
	}

	/** The company, or the provider's console, renews the secret (doc 94758). */
	async resetPermanentCode(
		suiteId: string,
		corpid: string,
		options?: PushOptions,
	): Promise<SuitePush & { authCode: string }> {
		const authorization = this.#authorization(suiteId, corpid);
		const authCode = issueAuthCode(this.#state, authorization, { reset: true });
		const fields = { InfoType: 'reset_permanent_code', AuthCode: authCode };
		return { ...(await this.#push({ ...authorization, corpid }, fields, options)), authCode };
	}

	async changeAuth(
		suiteId: string,
		corpid: string,
		{
			enabled,
			visible,
			permissions,
			authMode,
			state,
			extraInfo,
			...options
		}: Change & PushOptions = {},
	): Promise<SuitePush> {
		const authorization = this.#authorization(suiteId, corpid);
		if (enabled !== undefined) authorization.app.enabled = enabled;
		if (visible) authorization.app.visible = visible;
		if (permissions) authorization.permissions = permissions;
		if (authMode !== undefined) authorization.authMode = authMode;
		const fields = {
			InfoType: 'change_auth',
			AuthCorpId: corpid,
			State: state ?? '',
			ExtraInfo: extraInfo ?? '',
		};
		return await this.#push({ ...authorization, corpid }, fields, options);
	}

	async cancelAuth(suiteId: string, corpid: string, options?: PushOptions): Promise<SuitePush> {
		const authorization = this.#authorization(suiteId, corpid);
		uninstall(this.#state, authorization);
		const fields = { InfoType: 'cancel_auth', AuthCorpId: corpid };
		return await this.#push({ ...authorization, corpid }, fields, options);
	}

	/** Pushes a command with any InfoType; SuiteId and TimeStamp are added. */
	async pushSuite(suiteId: string, fields: XmlFields, options?: PushOptions): Promise<SuitePush> {
		const corpid = fields.AuthCorpId === undefined ? undefined : String(fields.AuthCorpId);
		return await this.#push({ suite: this.#suite(suiteId), corpid }, fields, options);
	}

	/** Pushes a message or an event of a company to the suite, as `push` does for an app. */
	async pushData(
		suiteId: string,
		corpid: string,
		payload: string | XmlFields | { kind: string; fields?: XmlFields },
		options?: PushOptions,
	): Promise<PushResult> {
		const target = this.dataTarget(suiteId, corpid);
		const made = isSample(payload)
			? sample({ corpid, agentid: target.agentid! }, payload.kind, payload.fields)
			: payload;
		return await this.#pusher.push(target, made, options);
	}

	/** Somebody of a company presses a button of a card that the app has sent there; the click goes where the app's messages go. */
	async pressCompanyCard(
		suiteId: string,
		corpid: string,
		press: Press,
		options?: PushOptions,
	): Promise<PushResult> {
		const { fields } = pressed(this.companyState(corpid), press);
		return await this.#pusher.push(this.dataTarget(suiteId, corpid), fields, options);
	}

	/** A card of a company as somebody there sees it now. */
	companyCardSeenBy(corpid: string, taskId: string, userid: string): SeenCard {
		return cardSeenBy(this.companyState(corpid), taskId, userid);
	}

	/** The suite's command URL, as `push` and `verifyUrl` take it. */
	suiteTarget(suiteId: string): CallbackTarget {
		return suiteTarget(this.#suite(suiteId));
	}

	/** The suite's data URL, or the callback URL that the app in the company has of its own (customized apps). */
	dataTarget(suiteId: string, corpid: string): CallbackTarget {
		const { app } = this.#authorization(suiteId, corpid);
		return { ...app.callback, agentid: app.agentid, receiveid: corpid };
	}

	authorizations(suiteId?: string) {
		return [...this.#side.authorizations.values()]
			.filter(({ suite }) => suiteId === undefined || suite.suiteId === suiteId)
			.map(({ suite, company, app, permanentCode, ...rest }) => ({
				suiteId: suite.suiteId,
				corpid: company.corpid,
				name: company.name,
				agentid: app.agentid,
				permanentCode,
				enabled: app.enabled,
				visible: app.visible,
				pending: this.#hasLiveCode(suite.suiteId, company.corpid),
				...rest,
			}));
	}

	suitePushes(suiteId?: string): SuitePush[] {
		const { pushes } = this.#side;
		return suiteId === undefined ? pushes : pushes.filter((push) => push.suiteId === suiteId);
	}

	tokenFetches(): ProviderSide['fetches'] {
		return structuredClone(this.#side.fetches);
	}

	invalidateSuiteToken(suiteId: string, { errcode = 40082 }: { errcode?: 40082 | 42009 } = {}) {
		this.#endIssued('suite', suiteId, errcode);
	}

	invalidateProviderToken({ errcode = 40014 }: { errcode?: 40014 | 42001 } = {}) {
		this.#endIssued('provider', this.#side.provider?.corpid, errcode);
	}

	invalidateCorpToken(
		suiteId: string,
		corpid: string,
		{ errcode = 40014 }: { errcode?: 40014 | 42001 } = {},
	) {
		endCorpTokens(this.#state, this.#authorization(suiteId, corpid), errcode);
	}

	/** Issues a code for getuserinfo3rd without the page: of a member (`userid`) or someone outside the company (`openid`). */
	issueSuiteCode(who: {
		suiteId: string;
		corpid: string;
		userid?: string;
		openid?: string;
		scope?: 'snsapi_base' | 'snsapi_privateinfo';
		domain?: string;
	}): string {
		const { scope, ...login } = who;
		this.#suite(who.suiteId);
		if ((who.userid === undefined) === (who.openid === undefined))
			throw new Error('issueSuiteCode: either userid or openid');
		const withTicket = scope === 'snsapi_privateinfo';
		return createSuiteCode(this.#state, { ...login, withTicket });
	}

	/** Switches whether the successes of all service/* endpoints have no errcode, or only of those that are documented so. */
	leaveOutErrcode(on: boolean) {
		this.#side.leaveOutErrcode = on;
	}

	get #side(): ProviderSide {
		return this.#state.providerSide;
	}

	#suite(suiteId: string): Suite {
		const suite = this.#side.suites.get(suiteId);
		if (suite) return suite;
		throw new Error(`No suite ${suiteId}: start with seed PROVIDER_SEED, or use control.addSuite`);
	}

	#company(corpid: string): Company {
		const company = this.#side.companies.get(corpid);
		if (!company) throw new Error(`No company ${corpid}: use control.addCompanies`);
		return company;
	}

	#authorization(suiteId: string, corpid: string): Authorization {
		const authorization = findAuthorization(this.#state, suiteId, corpid);
		if (!authorization) throw new Error(`${corpid} has not authorized ${suiteId}`);
		return authorization;
	}

	#hasLiveCode(suiteId: string, corpid: string): boolean {
		const time = Date.now() + this.#state.clockOffset;
		return [...this.#side.authCodes.values()].some(
			(code) =>
				code.suiteId === suiteId && code.corpid === corpid && !code.used && code.expiresAt > time,
		);
	}

	#endIssued(kind: string, name: string | undefined, errcode: number) {
		for (const token of this.#state.issued.values())
			if (token.kind === kind && token.name === name) token.deadWith ??= errcode;
	}

	async #push(
		whose: { suite: Suite; corpid?: string },
		fields: XmlFields,
		options?: PushOptions,
	): Promise<SuitePush> {
		if (!whose.suite.callback.url) throw new Error(`${whose.suite.suiteId} has no callback URL`);
		return await pushSuite(
			{ state: this.#state, pusher: this.#pusher },
			{ suite: whose.suite, corpid: whose.corpid },
			fields,
			options,
		);
	}

	async #verify(
		{ suiteId, callback, dataUrl }: Suite,
		{ receiveid, which, timeoutMs }: VerifyOptions,
	): Promise<VerifyResult> {
		const url = which === 'data' && dataUrl ? dataUrl : callback.url;
		const id = receiveid === 'suite' ? suiteId : (this.#side.provider?.corpid ?? '');
		return await this.#pusher.verifyUrl({ ...callback, url, receiveid: id }, timeoutMs);
	}
}

interface VerifyOptions {
	receiveid?: 'provider' | 'suite';
	which?: 'command' | 'data';
	timeoutMs?: number;
}

const isSample = (payload: unknown): payload is { kind: string; fields?: XmlFields } =>
	typeof payload === 'object' && typeof (payload as { kind?: unknown }).kind === 'string';
