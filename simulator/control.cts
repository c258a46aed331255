/** Everything a test or a demo can change about the platform while it runs. Also reachable as `POST /_control/<method>`. */
import { BotControl } from './bot/control.cts';
import { cardSeenBy, pressed, type Press, type SeenCard } from './cards.cts';
import { catalogFacts } from './catalog/facts.cts';
import type { ListOptions } from './catalog/paging.cts';
import type { ScriptLine } from './chat-model.cts';
import { createCode } from './endpoints/auth.cts';
import { addKfMessages, issueKfToken } from './endpoints/customer-service.cts';
import { storeMedia } from './endpoints/media.cts';
import { Faults, type Fault } from './faults.cts';
import type { CallbackTarget, Pusher, PushOptions, PushResult, VerifyResult } from './pusher.cts';
import type { RecordedRequest } from './recorder.cts';
import { sample } from './samples.cts';
import {
	createState,
	findMember,
	now,
	type App,
	type CallbackSettings,
	type KfMessage,
	type Seed,
	type State,
} from './state.cts';
import {
	endTokens,
	issueToken,
	type IssuedKind,
	type IssueOptions,
	type TokenKind,
} from './tokens.cts';
import { SuiteControl } from './suite/control.cts';
import type { XmlFields } from './xml.cts';

/** An app by its agentid (0 = contact-sync helper), or a receiver that is none of this company's apps. */
export type PushTarget = number | CallbackTarget;
/** XML, fields to make XML of, or a sample by its kind with changed fields. */
export type Payload = string | XmlFields | { kind: string; fields?: XmlFields };

export class Control extends SuiteControl {
	readonly faults = new Faults();
	readonly bots: BotControl;

	constructor(
		private readonly state: State,
		private readonly requests: RecordedRequest[],
		private readonly pusher: Pusher,
		private readonly seed: Partial<Seed>,
		stopping: AbortSignal,
	) {
		super(state, pusher);
		this.bots = new BotControl(state, pusher, stopping);
	}

	/** Back to the first state; recorded requests, messages, tokens and faults are forgotten. */
	reset() {
		this.stopTickets();
		this.bots.reset();
		Object.assign(this.state, createState(this.seed));
		this.requests.length = 0;
		this.faults.clear();
	}

	/** Changes fields of an app: `enabled`, `secret`, `callback`, `trustedDomains`, `trustedIps`, `visible`, ... */
	setApp(agentid: number, changes: Partial<App>): App {
		return Object.assign(this.app(agentid), changes);
	}

	/** Saves callback settings as the admin console does: they take effect only when the URL passes the verification. */
	async saveCallback(agentid: number, callback: CallbackSettings): Promise<VerifyResult> {
		const result = await this.verifyUrl({ ...callback, receiveid: this.state.corpid });
		if (result.ok) this.setApp(agentid, { callback });
		return result;
	}

	/** Business calls answer 60020, as if from `ip`; gettoken goes on working. */
	refuseIp(on: boolean, { ip }: { ip?: string } = {}) {
		this.state.refuseIp = on;
		this.state.callerIp = on ? ip : undefined;
	}

	/**
	 * Sets the address that WeCom sees callers at from now on, for trusted IPs and wrong secrets; without one it is the real one.
	 */
	setCallerIp(ip?: string) {
		this.state.callerIp = ip;
	}

	/** Ends the current token of an app, or of all apps, before its time. */
	invalidateToken(agentid?: number, { errcode = 40014 }: { errcode?: 40014 | 42001 } = {}) {
		for (const token of this.state.tokens.values()) {
			if (agentid === undefined || token.agentid === agentid) token.deadWith ??= errcode;
		}
	}

	/** How often gettoken was called with this app's secret. */
	tokenCalls(agentid: number): number {
		return this.state.tokenCalls[agentid] ?? 0;
	}

	setWrongSecretLimit(limit: number) {
		this.state.wrongSecretLimit = limit;
	}

	inject(fault: Fault) {
		this.faults.inject(fault);
	}

	clearFaults() {
		this.faults.clear();
	}

	/** Answers the next `times` calls of a path, or those of the next `forMs`, with 45009. */
	rateLimit(path: string, limits: Pick<Fault, 'times' | 'forMs'> = {}) {
		this.inject({ path, errcode: 45009, ...limits });
	}

	/** Moves the platform's clock: tokens, codes, tickets, media and recall windows run out sooner. */
	advanceClock(ms: number) {
		this.state.clockOffset += ms;
	}

	/** Chooses how media/get writes file names. */
	setDisposition(style: State['dispositionStyle']) {
		this.state.dispositionStyle = style;
	}

	/** Stores a file of any size, also one that is larger than uploads may be, and returns its media_id. */
	addMedia(file: {
		filename: string;
		type?: string;
		contentType?: string;
		base64?: string;
		size?: number;
	}): string {
		const {
			filename,
			type = 'file',
			contentType = 'application/octet-stream',
			base64 = '',
			size,
		} = file;
		const content = size === undefined ? Buffer.from(base64, 'base64') : Buffer.alloc(size, 'x');
		return storeMedia(this.state, { filename, type, contentType, content }).media_id;
	}

	/** Adds messages to a customer service account, without a callback. Fields of `sync_msg` that are left out are made up. */
	addKfMessages(
		openKfId: string,
		messages: Array<Partial<KfMessage>>,
		corpid?: string,
	): KfMessage[] {
		return addKfMessages(this.kfState(corpid), openKfId, messages);
	}

	/** Adds messages to a customer service account, and pushes the callback that announces them. */
	async kfMessage(
		target: PushTarget,
		openKfId: string,
		messages: Array<Partial<KfMessage>>,
		{ corpid, ...options }: PushOptions & { corpid?: string } = {},
	): Promise<PushResult & { messages: KfMessage[] }> {
		const added = this.addKfMessages(openKfId, messages, corpid);
		const pushed = await this.push(target, this.kfNotice(openKfId, corpid), options);
		return { ...pushed, messages: added };
	}

	/** The fields of a callback that announces messages, with a Token that works for ten minutes. */
	kfNotice(openKfId: string, corpid?: string): XmlFields {
		const state = this.kfState(corpid);
		return {
			ToUserName: corpid ?? state.corpid,
			CreateTime: Math.floor(now(state) / 1000),
			MsgType: 'event',
			Event: 'kf_msg_or_event',
			Token: issueKfToken(state),
			OpenKfId: openKfId,
		};
	}

	/** Sets how sync_msg hands messages out: the longest page, and how many of the next pages are empty. */
	setKfPages(
		{ pageSize, emptyPages }: { pageSize?: number; emptyPages?: number },
		corpid?: string,
	) {
		const { kf } = this.kfState(corpid);
		kf.pageSize = pageSize ?? Infinity;
		kf.emptyPages = emptyPages ?? 0;
	}

	private kfState(corpid?: string): State {
		return corpid && corpid !== this.state.corpid ? this.companyState(corpid) : this.state;
	}

	/** Issues a login code without the page: for a member (`userid`) or someone outside the company (`openid`). */
	issueCode(who: {
		userid?: string;
		openid?: string;
		scope?: 'snsapi_base' | 'snsapi_privateinfo';
		agentid?: number;
		domain?: string;
	}): string {
		const outsider = this.state.outsiders.find(({ openid }) => openid === who.openid);
		const userid =
			who.userid === undefined ? undefined : findMember(this.state, who.userid)?.userid;
		if (!outsider && !userid) throw new Error('issueCode: no such userid or openid');
		const withTicket = who.scope === 'snsapi_privateinfo' && who.agentid !== undefined;
		return createCode(this.state, {
			agentid: who.agentid,
			domain: who.domain,
			userid,
			outsider,
			withTicket,
		});
	}

	/** Verifies a callback URL with a GET, as WeCom does before it saves one (doc 90930). */
	async verifyUrl(target: PushTarget, timeoutMs?: number): Promise<VerifyResult> {
		return await this.pusher.verifyUrl(this.target(target), timeoutMs);
	}

	/** Delivers a callback with WeCom's time limit and retries. */
	async push(target: PushTarget, payload: Payload, options?: PushOptions): Promise<PushResult> {
		const receiver = this.target(target);
		const made = isSampleRequest(payload)
			? this.sample(receiver.agentid ?? 0, payload.kind, payload.fields)
			: payload;
		return await this.pusher.push(receiver, made, options);
	}

	/** Somebody presses a button of an app's card; the click goes to the app's callback URL. */
	async pressCard(press: Press, options?: PushOptions): Promise<PushResult> {
		const { agentid, fields } = pressed(this.state, press);
		return await this.pusher.push(this.target(agentid), fields, options);
	}

	/** The card as somebody sees it now. */
	cardSeenBy(taskId: string, userid: string): SeenCard {
		return cardSeenBy(this.state, taskId, userid);
	}

	/** The fields of a fresh sample callback; see `samples.cts` for the kinds. */
	sample(agentid: number, kind: string, changes?: XmlFields): XmlFields {
		return sample({ corpid: this.state.corpid, agentid }, kind, changes);
	}

	/** Issues a token that works: of an app, a suite, a provider, a device or a model, or the key of a message push. */
	issueToken(kind: TokenKind, options?: IssueOptions): string {
		return issueToken(this.state, kind, options);
	}

	/** Ends all tokens of a kind; calls with them get the errcode, by default the one for a wrong token. */
	endTokens(kind: IssuedKind, options: { errcode?: number } = {}) {
		endTokens(this.state, kind, options.errcode);
	}

	/** Sets the items that an endpoint with a list answers with from now on, page by page if it has pages. */
	setList(path: string, items: unknown[], options: ListOptions = {}) {
		if (!catalogFacts().get(path)?.[0].list) throw new Error(`${path} has no list in the catalog`);
		this.state.lists.set(path, { ...options, items });
	}

	/** Ends `setList` for a path, or for all. */
	clearLists(path?: string) {
		if (path === undefined) this.state.lists.clear();
		else this.state.lists.delete(path);
	}

	/** Sets what the chat model under `/v1` says from now on. */
	setScript(lines: ScriptLine[]) {
		this.state.script = lines;
	}

	private app(agentid: number): App {
		const app = this.state.apps.find((one) => one.agentid === agentid);
		if (!app) throw new Error(`No app with agentid ${agentid}`);
		return app;
	}

	private target(target: PushTarget): CallbackTarget {
		if (typeof target !== 'number') return target;
		const { callback, agentid } = this.app(target);
		if (!callback.url)
			throw new Error(
				`App ${agentid} has no callback URL: use control.setApp or control.saveCallback`,
			);
		return { ...callback, agentid, receiveid: this.state.corpid };
	}
}

const isSampleRequest = (payload: Payload): payload is { kind: string; fields?: XmlFields } =>
	typeof payload === 'object' && typeof payload.kind === 'string';
